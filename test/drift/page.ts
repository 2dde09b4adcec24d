/** The tables of `docs/api-coverage.md`, which are written from the endpoint values. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Group } from "./compareFiles.ts"
import type { NotServed } from "./coverage.ts"
import type { Served } from "./endpoints.ts"
import { groupBy } from "./groupBy.ts"
import { signature } from "./operations.ts"

/** The page. */
export const pageFile = fileURLToPath(new URL("../../docs/api-coverage.md", import.meta.url))

/** Reads the page. */
export const readPage = (): string => readFileSync(pageFile, "utf8")

/** The page with its tables written anew, between `<!-- served -->` and `<!-- /served -->`, and `not-served` likewise. */
export const writtenPage = (
  page: string,
  served: ReadonlyArray<Served>,
  groups: ReadonlyArray<Group>,
  notServed: ReadonlyArray<NotServed>
): string =>
  replace(
    replace(page, "served", servedTable(served, groups)),
    "not-served",
    table(
      ["Part", "Paths", "Why, and what there is"],
      notServed.map(({ name, path, reason }) => [name, `\`${path}\``, reason])
    )
  )

const replace = (page: string, name: string, content: string): string => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${pageFile} has no place between ${start} and ${end}`)
  return `${page.slice(0, from + start.length)}\n\n${content}\n\n${page.slice(to)}`
}

/** One row for each operation. Whole and streamed completions are one operation, with two functions. */
const servedTable = (served: ReadonlyArray<Served>, groups: ReadonlyArray<Group>): string => {
  const sorted = served.toSorted((one, other) => place(one) < place(other) ? -1 : 1)
  const operations = groupBy(sorted, ({ endpoint }) => signature(endpoint))
  const rows = groups.flatMap(({ name, paths }) =>
    [...operations].filter(([, [first]]) =>
      first !== undefined && groupOf(groups, first) === name && paths.test(first.endpoint.path)
    )
      .map(([operation, values], index) => [
        index === 0 ? name : "",
        `\`${operation}\``,
        values.map(({ endpoint }) => `\`${endpoint.name}\``).join(", "),
        packageOf(values[0]!)
      ])
  )
  return table(["Part", "Operation", "Function", "Package"], rows)
}

/** Rows are sorted by path, then by method. Whole completions come before streamed ones. */
const place = ({ endpoint: { method, name, path } }: Served): string => [path, method, name].join(" ")

const groupOf = (groups: ReadonlyArray<Group>, { endpoint }: Served): string | undefined =>
  groups.find(({ paths }) => paths.test(endpoint.path))?.name

/** The package with the service: the endpoint values of completions are in core, their services in packages of their own. */
const packageOf = ({ endpoint, package: name }: Served): string => {
  const service = endpoint.name.replace(/\..*/, "")
  return { Chat: "chat", Agents: "agents", Fim: "fim" }[service] ?? name
}

/** A Markdown table whose columns are aligned, as the formatter writes it. */
const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`
  return [line(header), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n")
}
