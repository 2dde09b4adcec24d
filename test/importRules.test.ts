/**
 * The lint holds the imports to `importRules.ts`: files that break it are written into a copy of the repository, and the lint
 * names the rule that each of them breaks.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { folders, packages } from "../importRules.ts"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const copy = mkdtempSync(join(tmpdir(), "import-rules-"))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

type Files = Readonly<Record<string, string>>

const cycle = "import(no-cycle)"
const restrictedImport = "eslint(no-restricted-imports)"
const restrictedGlobal = "eslint(no-restricted-globals)"

const core = "packages/core/src"
const schema = `${core}/internal/schema`

/** A title, the rule that each of the files breaks, and the files. */
const refused: ReadonlyArray<readonly [title: string, rule: string, files: Files]> = [
  ["a circle of three files", cycle, {
    [`${schema}/first.ts`]: `import { second } from "./second.ts"\nexport const first = () => second`,
    [`${schema}/second.ts`]: `import { third } from "./third.ts"\nexport const second = () => third`,
    [`${schema}/third.ts`]: `import { first } from "./first.ts"\nexport const third = () => first`
  }],
  ["a circle of types", cycle, {
    [`${schema}/parent.ts`]: `import type { Child } from "./child.ts"\nexport type Parent = ReadonlyArray<Child>`,
    [`${schema}/child.ts`]: `export type { Parent as Child } from "./parent.ts"`
  }],
  ["a circle of a public module and an internal file", cycle, {
    [`${core}/Planted.ts`]: `export { planted } from "./internal/schema/planted.ts"\nexport interface Planted {}`,
    [`${schema}/planted.ts`]:
      `import type { Planted } from "../../Planted.ts"\nexport const planted = (value: Planted) => value`
  }],
  ...["packages/emulator/test", "examples", "bench", "test"].map((folder) =>
    [`a circle in ${folder}`, cycle, {
      [`${folder}/there.ts`]: `import { back } from "./back.ts"\nexport const there = () => back`,
      [`${folder}/back.ts`]: `import { there } from "./there.ts"\nexport const back = () => there`
    }] as const
  ),
  ["an import of a later folder", restrictedImport, {
    [`${schema}/later.ts`]: `export * from "../attempt/attempt.ts"`,
    [`${schema}/laterType.ts`]: `export type * from "../attempt/attempt.ts"`,
    [`${schema}/laterDynamic.ts`]: `export const later = () => import("../attempt/attempt.ts")`,
    [`${schema}/detour.ts`]: `export * from "../../internal/attempt/attempt.ts"`,
    [`${schema}/secondDetour.ts`]: `export * from "./../attempt/attempt.ts"`,
    "packages/emulator/src/internal/json/later.ts": `export * from "../http/jsonBody.ts"`,
    "packages/emulator/src/internal/observability/api/later.ts": `export * from "../filter/filterSql.ts"`,
    "packages/emulator/src/internal/cassette/format/later.ts": `export * from "../../proxy/proxy.ts"`
  }],
  ["an import out of a folder that has no row", restrictedImport, {
    [`${core}/internal/unknown/unknown.ts`]: `export * from "../schema/issues.ts"`,
    "packages/chat/src/internal/unknown/nested/unknown.ts": `export * from "../unknown.ts"`
  }],
  ["an import of another package than the allowed ones", restrictedImport, {
    "packages/chat/src/sibling.ts": `export * from "@effect-mistral/agents/Agents"`,
    "packages/chat/src/languageModel.ts": `export * from "@effect-mistral/ai/MistralLanguageModel"`,
    "packages/chat/src/siblingType.ts": `export type * from "@effect-mistral/agents"`,
    [`${core}/sibling.ts`]: `export * from "@effect-mistral/chat/Chat"`,
    [`${core}/itself.ts`]: `export * from "@effect-mistral/core/Message"`,
    [`${schema}/sibling.ts`]: `export * from "@effect-mistral/testing"`,
    "packages/testing/src/sibling.ts": `export * from "@effect-mistral/node"`,
    "packages/emulator/src/sibling.ts": `export * from "@effect-mistral/testing"`,
    "packages/emulator/src/internal/json/sibling.ts": `export * from "@effect-mistral/chat"`,
    "packages/core/test/sibling.ts": `export * from "@effect-mistral/chat"`
  }],
  ["an import of a barrel of Effect", restrictedImport, {
    [`${core}/barrel.ts`]: `export type { Effect } from "effect"`,
    [`${schema}/barrel.ts`]: `export { HttpClient } from "effect/http"`,
    "packages/emulator/src/barrel.ts": `export { HttpApi } from "effect/http-api"`,
    "packages/ai/src/barrel.ts": `export { LanguageModel } from "effect/ai"`,
    "packages/node/src/barrel.ts": `export { Effect } from "effect/index"`
  }],
  ["an import of effect/ai into another package than ai", restrictedImport, {
    [`${core}/languageModel.ts`]: `export * from "effect/ai/LanguageModel"`,
    [`${core}/barrelOfAi.ts`]: `export type { LanguageModel } from "effect/ai"`,
    [`${schema}/toolType.ts`]: `export type { Tool } from "effect/ai/Tool"`,
    "packages/chat/src/internal/unknown/model.ts": `export * from "effect/ai/Model"`,
    "packages/chat/src/dynamicModel.ts": `export const later = () => import("effect/ai/Model")`,
    "packages/emulator/src/prompt.ts": `export * from "effect/ai/Prompt"`,
    "packages/emulator/src/internal/json/prompt.ts": `export * from "effect/ai/Prompt"`,
    "packages/node/src/model.ts": `export * from "effect/ai/Model"`,
    "packages/testing/src/response.ts": `export * from "effect/ai/Response"`
  }],
  ["an import that ties a library to a platform", restrictedImport, {
    [`${core}/platform.ts`]: `export { readFile } from "node:fs/promises"`,
    [`${core}/platformPackage.ts`]: `export * from "@effect/platform-node/NodeHttpClient"`,
    [`${schema}/platform.ts`]: `export { request } from "undici"`,
    "packages/testing/src/platform.ts": `export { randomUUID } from "crypto"`
  }],
  ["a global that comes from Effect", restrictedGlobal, {
    [`${schema}/time.ts`]: `export const later = (run: () => void) => setTimeout(run, 1)`,
    "packages/node/src/environment.ts": `export const key = process.env["KEY"]`
  }]
]

/** Imports that are allowed. */
const passed: Files = {
  [`${core}/passed.ts`]: `export * from "./internal/attempt/attempt.ts"`,
  [`${core}/internal/attempt/passed.ts`]: [
    `export * from "./attempt.ts"`,
    `export * from "../request/call.ts"`,
    `export * from "../../Endpoint.ts"`,
    `export * from "effect/Effect"`,
    `export * from "effect/http/HttpClient"`
  ].join("\n"),
  "packages/node/src/passed.ts": [
    `export * from "node:http"`,
    `export * from "node:fs/promises"`,
    `export * from "undici"`,
    `export * from "@effect/platform-node/NodeHttpClient"`,
    `export * from "@effect-mistral/core"`
  ].join("\n"),
  "packages/emulator/src/internal/observability/filter/passed.ts": [
    `export * from "../api/cursor.ts"`,
    `export * from "../../http/jsonBody.ts"`,
    `export * from "../../../Emulator.ts"`,
    `export * from "@effect-mistral/observability/Filter"`,
    `export const now = () => process.hrtime()`
  ].join("\n"),
  "packages/ai/src/internal/tools/passed.ts": [
    `export * from "effect/ai/Tool"`,
    `export type { Prompt } from "effect/ai/Prompt"`,
    `export * from "@effect-mistral/core/Tool"`
  ].join("\n"),
  "packages/core/test/passed.ts": [
    `export * from "@effect-mistral/core"`,
    `export * from "@effect-mistral/testing"`,
    `export * from "@effect-mistral/emulator"`,
    `export * from "effect"`,
    `export * from "node:fs"`
  ].join("\n"),
  "packages/emulator/test/passed.ts": `export * from "@effect-mistral/chat"`
}

describe("the lint", () => {
  let clean: Lint
  let planted: Lint
  beforeAll(async () => {
    copyRepository()
    clean = await lint()
    const files = Object.assign({}, ...refused.map(([, , files]) => files), passed)
    write(files)
    planted = await lint(Object.keys(files))
  }, 60_000)

  it("passes on the tree as it is", () => {
    assert.deepStrictEqual(clean, { failed: false, rules: {} })
  })

  it("fails where a file breaks a rule", () => {
    assert.isTrue(planted.failed)
  })

  for (const [title, rule, files] of refused) {
    it(`refuses ${title}`, () => {
      const found = Object.keys(files).map((file) => [file, planted.rules[file]])
      assert.deepStrictEqual(found, Object.keys(files).map((file) => [file, [rule]]))
    })
  }

  it("passes the imports that are allowed", () => {
    const found = Object.keys(planted.rules).sort()
    assert.deepStrictEqual(found, refused.flatMap(([, , files]) => Object.keys(files)).sort())
  })

  it("refuses a row that names one below it", async () => {
    const file = join(copy, "importRules.ts")
    const text = readFileSync(file, "utf8")
    const changed = text.replace("schema: [\"json\"]", "schema: [\"json\", \"attempt\"]")
    assert.notStrictEqual(changed, text)
    writeFileSync(file, changed)
    const { failed, output } = await run([`${schema}/issues.ts`])
    writeFileSync(file, text)
    assert.isTrue(failed)
    assert.include(output, "schema names attempt, which is not above it")
  })
})

describe("importRules.ts", () => {
  it("has a row for each package", () => {
    const found = readdirSync(join(root, "packages")).filter((name) =>
      existsSync(join(root, "packages", name, "package.json"))
    )
    assert.deepStrictEqual(Object.keys(packages).sort(), found.sort())
  })

  for (const name of Object.keys(packages)) {
    it(`has a row for each internal folder of ${name}`, () => {
      const internal = join(root, "packages", name, "src", "internal")
      const found = new Set(
        (existsSync(internal) ? readdirSync(internal, { recursive: true, withFileTypes: true }) : [])
          .filter((entry) => entry.isFile() && entry.parentPath !== internal)
          .map((entry) => relative(internal, entry.parentPath))
      )
      assert.deepStrictEqual(Object.keys(folders[name] ?? {}).sort(), [...found].sort())
    })
  }
})

interface Lint {
  readonly failed: boolean
  /** The rules that each file breaks. */
  readonly rules: Record<string, ReadonlyArray<string>>
}

const lint = async (files: ReadonlyArray<string> = []): Promise<Lint> => {
  const { failed, output } = await run(["--format", "json", ...files])
  const rules: Record<string, Array<string>> = {}
  for (const { filename, code } of JSON.parse(output).diagnostics) {
    const known = rules[filename] ??= []
    if (!known.includes(code)) known.push(code)
  }
  return { failed, rules }
}

/** Runs what `npm run lint` runs, in the copy. */
const run = (args: ReadonlyArray<string>) => {
  const [command = "", ...flags] = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts.lint.split(" ")
  const bin = join(root, "node_modules", ".bin")
  return new Promise<{ readonly failed: boolean; readonly output: string }>((resolve) =>
    execFile(
      join(bin, command),
      [...flags, ...args],
      { cwd: copy, env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` }, maxBuffer: 2 ** 25 },
      (error, stdout, stderr) => resolve({ failed: error !== null, output: stdout || stderr })
    )
  )
}

const write = (files: Files) => {
  for (const [file, text] of Object.entries(files)) {
    const path = join(copy, file)
    assert.isFalse(existsSync(path), `${file} exists`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
}

/** Copies the configuration and the sources; folders whose names begin with a dot are other tests' temporary files. */
const copyRepository = () => {
  const left = ["node_modules", "dist", "openapi"]
  for (const name of readdirSync(root)) {
    if (!["packages", "bench", "examples", "test"].includes(name) && !/\.(ts|json)$/.test(name)) continue
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !left.includes(basename(path)) && !basename(path).startsWith(".")
    })
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction")
}
