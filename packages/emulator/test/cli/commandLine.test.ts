/** What the program says about itself, about a command line that is not valid, and about an old Node.js. */
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import manifest from "../../package.json" with { type: "json" }
import { engines, oldestNode, tooOldNode } from "../../src/internal/cli/nodeVersion.ts"
import { layerCommand, runCommand } from "../../src/internal/cli/program.ts"
import { startProgram } from "../fixtures/program.ts"

/** What the program prints with flags that do not start it, and whether it fails. */
const said = Effect.fnUntraced(function*(...flags: ReadonlyArray<string>) {
  let output = ""
  const print = (...all: ReadonlyArray<unknown>) => {
    output += `${all.join(" ")}\n`
  }
  const console: Console.Console = { ...globalThis.console, log: print, error: print }
  const exit = yield* Effect.exit(
    Effect.provide(runCommand(flags), [layerCommand, Layer.succeed(Console.Console, console)])
  )
  return [output, Exit.isSuccess(exit)] as const
})

describe("--help", () => {
  it.effect("describes each flag and names its default, and has two examples", () =>
    Effect.gen(function*() {
      const [output, ok] = yield* said("--help")
      assert.isTrue(ok)
      const [, described = "", , examples = ""] = output.split(/\n(?:FLAGS|GLOBAL FLAGS|EXAMPLES)\n/)
      const lines = described.trim().split("\n")
      assert.isAbove(lines.length, 30)
      for (const line of lines) assert.match(line, /^ *--[a-z-]+( \w+)? {2,}[A-Z].*\(default: [^)]+\)/)
      for (
        const [flag, value] of [
          ["port", "8080"],
          ["host", "127.0.0.1"],
          ["api-key", "emulator-key"],
          ["tokens-per-second", "60"],
          ["verbosity", "quiet"],
          ["database", ":memory:"],
          ["padding", "yes"],
          ["strict", "no"],
          ["tool-calls", "model"]
        ]
      ) {
        const line = lines.find((line) => line.trim().startsWith(`--${flag} `))
        assert.include(line, `(default: ${value})`)
      }
      const commands = examples.split("\n").filter((line) => line.includes("effect-mistral-emulator --"))
      assert.lengthOf(commands, 2)
      // The examples name flags that exist.
      for (const flag of commands.join(" ").match(/--[a-z-]+/g) ?? []) assert.include(described, flag)
    }))

  it.effect("has the flags and the defaults that the documentation lists", () =>
    Effect.gen(function*() {
      const [output] = yield* said("--help")
      const [, described = ""] = output.split(/\n(?:FLAGS|GLOBAL FLAGS)\n/)
      const lines = new Map(
        described.trim().split("\n").map((line) => [/--([a-z-]+)/.exec(line)?.[1], line] as const)
      )
      const page = readFileSync(new URL("../../../../docs/emulator-options.md", import.meta.url), "utf8")
      const rows = [...page.matchAll(/^\| `--(?:no-)?([a-z-]+)` +\| `\S+` +\| (.*?) +\|/gm)]
      assert.sameMembers(rows.map(([, flag]) => flag), [...lines.keys()])
      for (const [, flag, cell = ""] of rows) {
        // Defaults in words (no limit, random) are sentences of either side.
        const value = /^`(.*)`$/.exec(cell)?.[1]?.replace(/^true$/, "yes").replace(/^false$/, "no")
        if (value !== undefined) {
          assert.include(
            (lines.get(flag) ?? "").replace(`(default: ${value},`, `(default: ${value})`),
            `(default: ${value})`
          )
        }
      }
    }))
})

describe("a command line that is not valid", () => {
  for (
    const [flags, sentence] of [
      [["--nothing"], "There is no flag --nothing; --help lists all flags"],
      [["--prt", "80"], "There is no flag --prt; did you mean --port?"],
      [["--port", "65536"], "--port needs a number from 0 to 65535"],
      [["--port"], "--port needs a value: integer"],
      [["--api-key", " "], "--api-key needs a key that is not empty"],
      [["--tokens-per-second", "-1"], "--tokens-per-second needs a number of at least 0"],
      [["--requests-per-minute", "0"], "--requests-per-minute needs a number of at least 1"],
      [["--jitter", "1.5"], "--jitter needs a number from 0 to 1"],
      [["--verbosity", "loud"], "--verbosity needs one of quiet, requests, headers"],
      [
        ["--cors", "localhost:3000"],
        "--cors needs an origin such as http://localhost:3000, null for local files, or * for all"
      ],
      [["--allow-host", "http://a"], "--allow-host needs the name of a host, without a scheme"],
      [["word"], "The command line has a word that is neither a flag nor the value of one; --help lists all flags"]
    ] as const
  ) {
    it.effect(`is one sentence for ${flags.join(" ")}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* said(...flags), [`${sentence}\n`, false])
      }))
  }

  it.effect("never has a value, which may be a key at the wrong place", () =>
    Effect.gen(function*() {
      for (const flags of [["--key=sk-4711"], ["--apikey", "sk-4711"], ["--port", "sk-4711"], ["sk-4711"]]) {
        const [output, ok] = yield* said(...flags)
        assert.notInclude(output, "4711")
        assert.strictEqual(output.trim().split("\n").length, 1)
        assert.isFalse(ok)
      }
    }))
})

describe("an old Node.js", () => {
  it("is one before that of the package", () => {
    assert.strictEqual(manifest.engines.node, engines)
    assert.strictEqual(engines, `^${oldestNode}.0 || >=24.0.0`)
    for (const version of ["22.19.0", "22.20.1", "24.0.0", "24.21.0", "100.0.0"]) {
      assert.isUndefined(tooOldNode(version))
    }
    for (const version of ["22.18.9", "22.9.0", "20.20.2", "9.1.0"]) {
      assert.strictEqual(tooOldNode(version), `The emulator needs Node.js 22.19 or later, and this is ${version}`)
    }
    // The SQLite of Node.js 23 lacks functions that 22.19 has, up to its last version.
    for (const version of ["23.0.0", "23.11.1"]) {
      assert.strictEqual(
        tooOldNode(version),
        `The emulator needs Node.js 22.19, or 24 or later, and this is ${version}`
      )
    }
  })

  it.live("is named in one sentence, before anything else is loaded", () =>
    Effect.gen(function*() {
      const old = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})"
      const nodeFlags = ["--import", `data:text/javascript,${encodeURIComponent(old)}`]
      const { child, output } = yield* startProgram(["--port", "0"], { nodeFlags })
      assert.strictEqual(output, "The emulator needs Node.js 22.19 or later, and this is 20.1.0\n")
      assert.strictEqual(child.exitCode, 1)
    }).pipe(Effect.scoped))

  const old = "/usr/bin/node"
  const version = existsSync(old) ? spawnSync(old, ["--version"], { encoding: "utf8" }).stdout.trim().slice(1) : ""
  const hasOldNode = version !== "" && tooOldNode(version) !== undefined
  if (!hasOldNode) console.log(`Skipped: ${old} is not an old Node.js, so that the program cannot be run with one`)

  it.skipIf(!hasOldNode)("prints the sentence itself, as it is installed", () => {
    const directory = mkdtempSync(`${tmpdir()}/old-node-`)
    writeFileSync(`${directory}/package.json`, "{\"type\":\"module\"}")
    for (const file of ["bin", "internal/cli/nodeVersion"]) {
      const source = readFileSync(fileURLToPath(new URL(`../../src/${file}.ts`, import.meta.url)), "utf8")
      const name = file.replace("internal/cli/", "")
      // As the compiler does, but with the files side by side.
      writeFileSync(
        `${directory}/${name}.js`,
        stripTypeScriptTypes(source).replaceAll(/\.\/internal\/cli\/(\w+)\.ts/g, "./$1.js")
      )
    }
    const { status, stderr, stdout } = spawnSync(old, [`${directory}/bin.js`], { encoding: "utf8" })
    assert.deepStrictEqual([stdout, stderr, status], [
      "",
      `The emulator needs Node.js 22.19 or later, and this is ${version}\n`,
      1
    ])
  })

  it.live("without SQLite is named too", () =>
    Effect.gen(function*() {
      const { child, output } = yield* startProgram(["--port", "0"], { nodeFlags: ["--no-experimental-sqlite"] })
      assert.include(output, "this Node.js is too old for that: it needs 22.16 or later")
      assert.strictEqual(child.exitCode, 1)
    }).pipe(Effect.scoped))
})
