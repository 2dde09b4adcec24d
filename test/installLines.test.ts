/** Where a page or the README of a package says what to install, that is all that its programs import. */
import { assert, describe, it } from "@effect/vitest"
import { documents } from "./documents/documents.ts"

const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** The packages of every `npm install` of a text, without their versions. */
const installed = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/npm install ([^\n`)]*)/g)].flatMap(([, names]) =>
      names!.split(" ").filter((name) => /^[@a-z]/.test(name)).map((name) => name.replace(/(?<=.)@.*$/, ""))
    )
  )

/** The packages that the programs of a text import, without those of Node. */
const imported = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, code]) =>
      [...code!.matchAll(/^(?:import|export|\}) .*from "([^".][^"]*)"$/gm)].map(([, specifier]) =>
        packageOf(specifier!)
      )
    ).filter((name) => !name.startsWith("node:"))
  )

const withLines = documents.filter(({ path, text }) =>
  /^(docs|packages)\//.test(path) && installed(text).size > 0 && imported(text).size > 0
)

describe("the packages to install", () => {
  it("are named in every README of a package and in the first pages", () => {
    const paths = withLines.map(({ path }) => path)
    for (
      const name of ["core", "chat", "ai", "agents", "fim", "batch", "observability", "node", "testing", "emulator"]
    ) {
      assert.include(paths, `packages/${name}/README.md`)
    }
    assert.includeMembers(paths, ["docs/getting-started.md", "docs/testing.md", "docs/observability.md"])
  })

  for (const { path, text } of withLines) {
    it(`have all that the programs import: ${path}`, () => {
      const names = installed(text)
      assert.deepStrictEqual([...imported(text)].filter((name) => !names.has(name)), [])
    })
  }
})
