/** The tables of `docs/getting-started.md` are true: packages, peers, and the names of Effect 4. */
import { assert, describe, it } from "@effect/vitest"
import * as effect from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./documents/documents.ts"
import { page } from "./documents/page.ts"

const gettingStarted = page("getting-started.md")

interface Manifest {
  readonly name: string
  readonly peerDependencies: Readonly<Record<string, string>>
}

const manifests: ReadonlyArray<Manifest> = readdirSync(join(root, "packages")).map((name) =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))
)

describe("getting started", () => {
  it("says for each package what it is for", () => {
    const rows = gettingStarted.table("Which package")
    const named = new Set(rows.flatMap(([, cell]) => cell!.match(/@effect-mistral\/\w+/g) ?? []))
    assert.deepStrictEqual([...named].sort(), manifests.map(({ name }) => name).sort())
  })

  it("says which version of effect each package needs", () => {
    const rows = gettingStarted.table("Peer dependencies and Effect versions")
    const said = Object.fromEntries(
      rows.flatMap(([names, range]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => [name, range]))
    )
    const needed = manifests.map(({ name, peerDependencies: { effect } }) => [name.split("/")[1], `\`${effect}\``])
    assert.deepStrictEqual(said, Object.fromEntries(needed))
  })

  it("says which packages need another peer", () => {
    const others = manifests.filter(({ peerDependencies }) => Object.keys(peerDependencies).length > 1)
    assert.deepStrictEqual(others.map(({ name }) => name), ["@effect-mistral/emulator", "@effect-mistral/node"])
    for (const { peerDependencies } of others) {
      assert.deepStrictEqual(Object.keys(peerDependencies).sort(), ["@effect/platform-node", "effect"])
    }
    assert.include(
      gettingStarted.section("Peer dependencies and Effect versions"),
      "`node` and `emulator` also need `@effect/platform-node`"
    )
  })

  it("says which Node the test with a mock needs", () => {
    const read = (name: string): { readonly engines?: { readonly node: string }; readonly version: string } =>
      JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"))
    const { engines, version } = read("vitest")
    assert.match(version, /^5\./)
    assert.match(engines!.node, /^\^22\.12\.0 /)
    assert.include(gettingStarted.section("A test with a mock"), "needs Node 22.12 or later, as Vitest 5 does")
  })

  it("names modules and functions that Effect 4 has", () => {
    const names = gettingStarted.table("From Effect 3 to Effect 4").flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
    )
    const modules = names.filter((name) => /^(@effect|effect)\//.test(name))
    assert.isAbove(modules.length, 4)
    for (const name of modules) assert.match(import.meta.resolve(name), /^file:/, name)
    const members = names.flatMap((name) => [...name.matchAll(/^(\w+)\.(\w+)/g)])
    assert.isAbove(members.length, 2)
    for (const [name, module, member] of members) {
      assert.isDefined(Object.entries(effect).find(([key]) => key === module)?.[1], name)
      assert.property(Object(Object.entries(effect).find(([key]) => key === module)?.[1]), member!, name)
    }
  })
})
