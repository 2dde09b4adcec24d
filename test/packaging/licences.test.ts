/** The check of licences, on lock files that are made for it. */
import { assert, describe, it } from "@effect/vitest"
import { allowedForTools, allowedForUsers, dependencies, isAllowed, type Lock, recognise } from "./licenceRules.ts"

const users = (expression: string) => isAllowed(expression, allowedForUsers)

describe("licence expressions", () => {
  it("are met by one side of OR and both sides of AND", () => {
    assert.isTrue(users("MIT"))
    assert.isTrue(users("(AFL-2.1 OR BSD-3-Clause)"))
    assert.isTrue(users("MIT AND (GPL-3.0-only OR ISC)"))
    assert.isFalse(users("MIT AND GPL-3.0-only"))
    assert.isFalse(users("(MIT AND GPL-3.0-only) OR AGPL-3.0-only"))
  })

  it("are not met by other licences, by words beside a licence, or by nothing", () => {
    for (
      const expression of ["GPL-3.0-only", "MPL-2.0", "UNLICENSED", "SEE LICENSE IN LICENSE", "MIT MIT", "(MIT", ""]
    ) {
      assert.isFalse(users(expression), expression)
    }
    assert.isTrue(isAllowed("MPL-2.0", allowedForTools))
    assert.isFalse(isAllowed("GPL-3.0-only", allowedForTools))
  })

  it("are recognised in licence files", () => {
    assert.strictEqual(recognise("The MIT License\n\nCopyright"), "MIT")
    assert.strictEqual(recognise("MIT License\n"), "MIT")
    assert.strictEqual(recognise("    Apache License\n   Version 2.0, January 2004"), "Apache-2.0")
    assert.strictEqual(recognise("GNU GENERAL PUBLIC LICENSE"), undefined)
  })
})

describe("dependencies of a lock file", () => {
  const lock: Lock = {
    "": {},
    "packages/a": { dependencies: { "@scope/b": "1.0.0" }, peerDependencies: { peer: "^1.0.0" } },
    "packages/b": { dependencies: { dependency: "^1.0.0" } },
    "node_modules/@scope/b": { link: true, resolved: "packages/b" },
    "node_modules/dependency": { version: "1.0.0", license: "MIT", dependencies: { nested: "^2.0.0" } },
    "node_modules/dependency/node_modules/nested": { version: "2.0.0", license: "GPL-3.0-only" },
    "node_modules/nested": { version: "1.0.0", license: "MPL-2.0" },
    "node_modules/peer": {
      version: "1.0.0",
      license: "ISC",
      peerDependencies: { optional: "*", required: "*" },
      peerDependenciesMeta: { optional: { optional: true } }
    },
    "node_modules/optional": { version: "1.0.0", license: "MIT" },
    "node_modules/required": { version: "1.0.0" },
    "node_modules/tool": { version: "1.0.0" }
  }
  const found = dependencies(lock, (path) => path === "node_modules/tool" ? "MIT License" : undefined)
  const of = (path: string) => found.find((dependency) => dependency.path === `node_modules/${path}`)

  it("are the users' if a package leads to them, in the version that it finds", () => {
    const paths = found.filter(({ forUsers }) => forUsers).map(({ path }) => path)
    assert.deepStrictEqual(paths, [
      "node_modules/dependency",
      "node_modules/dependency/node_modules/nested",
      "node_modules/peer",
      "node_modules/required"
    ])
  })

  it("are refused with a licence that is not in the list, or with none", () => {
    const refused = found.filter(({ allowed }) => !allowed).map(({ path }) => path)
    assert.deepStrictEqual(refused, ["node_modules/dependency/node_modules/nested", "node_modules/required"])
    assert.strictEqual(of("required")?.licence, undefined)
  })

  it("have the licence of their file where the manifest names none", () => {
    assert.deepInclude(of("tool"), { licence: "MIT", fromFile: true, allowed: true, forUsers: false })
    assert.deepInclude(of("peer"), { licence: "ISC", fromFile: false, allowed: true })
  })
})
