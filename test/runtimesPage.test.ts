/** The page about runtimes: its table, the results of the last run, and the `engines` of the packages. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { packageFolders } from "./packedPackages.ts"
import { fetchChecks, limits, order } from "./runtimes/checks.ts"
import { isNamed } from "./runtimes/packages.ts"
import { isOnPage, resultsFile } from "./runtimes/page.ts"
import { isGood, type RuntimeResult, suiteResult, table } from "./runtimes/results.ts"
import { miniflare, runtimes, type SuiteName } from "./runtimes/runtimes.ts"

const results: ReadonlyArray<RuntimeResult> = JSON.parse(readFileSync(resultsFile, "utf8"))

const passed = (name: string, version: string, suite: SuiteName) =>
  results.find((result) => result.name === name && result.version === version)?.suites
    .find((result) => result.suite === suite)?.passed

describe("the results of runtimes", () => {
  it("are those of the table", () => assert.isTrue(isOnPage(results)))

  it("are good, and of the versions that are run now", () => {
    assert.isTrue(isGood(results))
    assert.deepStrictEqual(results.map(({ name, notRun, version }) => [name, version, notRun]), [
      ...runtimes.map(({ name, version }) => [name, version, undefined]),
      ["workerd", `miniflare ${miniflare}`, undefined]
    ])
  })

  it("have all checks of the client", () => {
    // One more is made of the emulator's log: that connections are closed.
    const overFetch = order.length + Object.keys(fetchChecks).length
    for (const { lacks, name, version } of runtimes) {
      assert.strictEqual(passed(name, version, "fetch"), overFetch + 1, `${name} ${version}`)
      if (!lacks.includes("undici")) {
        assert.strictEqual(passed(name, version, "undici"), order.length + 1, `${name} ${version}`)
      }
    }
    // With services of their own and with shared ones, and the time limits also with two requests at a time.
    assert.strictEqual(passed("workerd", `miniflare ${miniflare}`, "fetch"), 2 * (overFetch + 4 * limits.length) + 1)
  })

  it("say what each of the lacking suites cannot do", () => {
    for (const { lacks, name, version } of runtimes) {
      const suites = results.find((result) => result.name === name && result.version === version)?.suites ?? []
      const lacking = suites.filter(({ cannot }) => cannot.length > 0).map(({ suite }) => suite)
      assert.deepStrictEqual(lacking, lacks, `${name} ${version}`)
    }
  })
})

describe("a suite", () => {
  const good = { name: "a" }
  const cannot = { name: "b", cannot: "It is too old." }

  it("fails where something cannot be done that is not known", () => {
    const { failed } = suiteResult("undici", { lacks: [] }, [good, cannot])
    assert.deepStrictEqual(failed, [{ name: "undici", error: "cannot be done: It is too old." }])
  })

  it("fails where everything is good that is known to be lacking", () => {
    const { failed } = suiteResult("undici", { lacks: ["undici"] }, [good])
    assert.deepStrictEqual(failed, [{ name: "undici", error: "nothing was found that cannot be done" }])
  })

  it("counts what passed, and has each reason once", () => {
    const result = suiteResult("undici", { lacks: ["undici"] }, [good, cannot, cannot, { name: "c", error: "no" }])
    assert.deepStrictEqual(result, {
      suite: "undici",
      passed: 1,
      failed: [{ name: "c", error: "no" }],
      cannot: ["It is too old."]
    })
  })

  it("that gave nothing proves nothing", () => {
    const suites = [suiteResult("fetch", { lacks: [] }, [])]
    assert.isFalse(isGood([{ name: "Node", version: "1.0.0", suites }]))
    assert.isFalse(isGood([{ name: "Node", version: "1.0.0", notRun: "it does not start", suites: [] }]))
    const full = [suiteResult("fetch", { lacks: [] }, [good])]
    assert.isTrue(isGood([{ name: "Node", version: "1.0.0", suites: full }]))
  })

  it("has one note for a reason that names each version", () => {
    const ofNode = (version: string): RuntimeResult => ({
      name: "Node",
      version,
      suites: [suiteResult("emulator", { lacks: ["emulator"] }, [
        { name: "a", cannot: `The emulator needs Node.js 22.19 or later, and this is ${version}.` }
      ])]
    })
    const lines = table([ofNode("20.0.0"), ofNode("20.20.2")]).split("\n")
    assert.deepStrictEqual(lines.slice(-4), [
      "| Node | 20.0.0 | - | - | - | - | no (1) |",
      "| Node | 20.20.2 | - | - | - | - | no (1) |",
      "",
      "1. The emulator needs Node.js 22.19 or later."
    ])
  })
})

describe("the engines of a package", () => {
  const names: (version: string) => ReadonlyArray<string> = (version) =>
    packageFolders.map((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")))
      .filter(({ engines }) => isNamed(engines.node, version))
      .map(({ name }) => String(name).replace("@effect-mistral/", ""))

  const everywhere = ["agents", "ai", "batch", "chat", "core", "fim", "observability", "testing"]

  it("name the versions in which it was run", () => {
    assert.deepStrictEqual(names("18.20.8"), [])
    for (const version of ["20.0.0", "20.20.2", "22.18.9", "23.11.1"]) {
      assert.deepStrictEqual(names(version), everywhere, version)
    }
    const all = [...everywhere, "emulator", "node"].sort()
    for (const version of ["22.19.0", "24.0.0", "26.10.0"]) {
      assert.deepStrictEqual([...names(version)].sort(), all, version)
    }
  })

  it("that are of an unknown form are refused", () => {
    assert.throws(() => isNamed("~20.1", "20.1.0"), "engines of an unknown form")
  })
})
