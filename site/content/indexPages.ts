/** Pages that list other pages: the decisions, and the modules of the API reference. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { packages } from "../navigation.ts"
import { addressOf, root } from "../paths.ts"
import type { Module } from "./apiReference.ts"

/** A decision: its number, its title and its page. */
export interface Decision {
  readonly number: string
  readonly title: string
  readonly page: string
}

/** The decisions by number. */
export const decisions = (): ReadonlyArray<Decision> =>
  readdirSync(join(root, "docs", "decisions")).filter((file) => /^\d{4}-.*\.md$/.test(file)).sort().map((file) => ({
    number: file.slice(0, 4),
    title: /^# (.+)$/m.exec(readFileSync(join(root, "docs", "decisions", file), "utf8"))?.[1] ?? file,
    page: `decisions/${file.slice(0, -3)}`
  }))

/** The page that lists the decisions. */
export const decisionsPage = (): string =>
  `# Decisions\n\nThe reasons for decisions of design, with the numbers that they rest on.\n\n${
    decisions().map(({ number, page, title }) => `- ${number} [${title}](${addressOf(page)})`).join("\n")
  }\n`

/** The page that lists the modules of all packages. */
export const apiIndexPage = (modules: ReadonlyArray<Module>): string =>
  `---\ntitle: API reference\noutline: [2, 2]\n---\n\n# API reference\n\nEvery public module of the packages, from the comments of the sources.\n\n${
    packages.map((name) =>
      `## @effect-mistral/${name}\n\n| Module | |\n| --- | --- |\n${
        modules.filter((module) => module.package === name).map((module) =>
          `| [${module.name}](/api/${name}/${module.name}.html) | ${module.summary.replaceAll("|", "\\|")} |`
        ).join("\n")
      }`
    ).join("\n\n")
  }\n`
