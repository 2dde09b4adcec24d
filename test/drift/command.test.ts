/** `npm run drift`: its exit codes, its output, and its comparison of the real endpoint values. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import { runCommand } from "./command.ts"
import { file } from "./constructed.ts"
import { notServedGroups, servedGroups } from "./coverage.ts"
import type { JsonObject } from "./document.ts"
import { type Drift, findDrift } from "./drift.ts"
import { type ComparedEndpoint, served } from "./endpoints.ts"
import { generatedFile } from "./generatedFile.ts"
import { knownValues } from "./knownValues.ts"
import { readPage, writtenPage } from "./page.ts"

const here = dirname(fileURLToPath(import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "effect-mistral-drift-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (...args: ReadonlyArray<string>): Promise<Result> =>
  new Promise((resolve) =>
    execFile(
      process.execPath,
      ["--conditions=@effect-mistral/source", join(here, "main.ts"), ...args],
      { maxBuffer: 1e8 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    )
  )

const yaml = `openapi: 3.1.0
paths:
  /v1/conversations:
    get:
      tags:
      - beta.conversations
      responses:
        '200':
          description: OK
`

describe("npm run drift", () => {
  it("ends with 0 where there is no difference, and lists what is not served", async () => {
    const { code, stderr, stdout } = await run(written("clean.yaml", yaml))
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.match(stdout, /beta\.conversations \(Conversations: .*\)\n {4}GET \/v1\/conversations\n/)
    assert.match(stdout, /No drift; 0 known differences\.\n$/)
  }, 60_000)

  it("ends with 2 where a file cannot be read", async () => {
    const { code, stderr, stdout } = await run(join(folder, "none.yaml"))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /none\.yaml cannot be read: there is no such file\.\n$/)
  }, 60_000)

  it("ends with 1 where there is one, in JSON too", () => {
    const operation = { tags: ["ocr"], responses: { "200": { description: "OK" } } }
    const name = written("drift.json", JSON.stringify({ ...file(), paths: { "/v1/ocr/jobs": { post: operation } } }))
    const [text, json] = [runCommand([name]), runCommand([name, "--json"])]
    assert.deepStrictEqual([text.code, json.code], [1, 1])
    assert.include(text.output, "+ operation: The API has the operation POST /v1/ocr/jobs; it is not here.")
    const drift: Drift = JSON.parse(json.output)
    assert.deepStrictEqual(drift.differences.map(({ name, side }) => [side, name]), [
      ["here", "POST /v1/ocr"],
      ["api", "POST /v1/ocr/jobs"]
    ])
    assert.isFalse(drift.clean)
  })

  const unreadable: Readonly<Record<string, readonly [args: ReadonlyArray<string>, sentence: RegExp]>> = {
    "no file is given": [[], /^No file is given\. Usage: npm run drift -- FILE/],
    "an option is unknown": [["--jason"], /^Unknown option '--jason'\. Usage: /],
    "it is a folder": [[folder], /cannot be read: EISDIR\.$/],
    "it is no YAML": [[written("bad.yaml", "a: [1")], /bad\.yaml is neither YAML nor JSON: .+\.$/],
    "it is no JSON": [[written("bad.json", "{\"openapi\": ")], /bad\.json is neither YAML nor JSON: .+\.$/],
    "it is a list": [[written("list.yaml", "- a\n")], /list\.yaml is no OpenAPI file: it is not an object\.$/],
    "it is of version 2": [[written("2.yaml", "swagger: '2.0'\n")], /is no OpenAPI file of version 3\.0 or 3\.1/],
    "it is of a later version": [
      [written("4.yaml", "openapi: 4.0.0\n")],
      /3\.0 or 3\.1: its "openapi" is "4\.0\.0"\.$/
    ],
    "it has no operations": [
      [written("empty.yaml", "openapi: 3.1.0\n")],
      /describes no operations: it has no "paths"\.$/
    ],
    "it refers to another file": [
      [written("other.yaml", "openapi: 3.1.0\npaths:\n  /v1/ocr:\n    $ref: other.yaml#/a\n")],
      /refers to other\.yaml#\/a, which is outside of the file\.$/
    ]
  }

  for (const [name, [args, sentence]] of Object.entries(unreadable)) {
    it(`says in one sentence that ${name}`, () => {
      const { code, output } = runCommand(args)
      assert.strictEqual(code, 2)
      assert.match(output, sentence)
      assert.notInclude(output, "\n")
    })
  }
})

describe("the endpoint values", () => {
  const all = served.map(({ endpoint }) => endpoint)
  const compare = (endpoints: ReadonlyArray<ComparedEndpoint>, root: JsonObject) =>
    findDrift([{ file: "generated", root }], { endpoints, groups: [], sets: {}, knownValues, complete: true }, [])
      .differences

  /**
   * What Effect writes about schemas in another way: a key that may be `undefined` may be null, numbers may be "NaN", objects
   * say nothing of other keys, and checks are not written.
   */
  const isWritten = ({ about, name, side }: Drift["differences"][number]): boolean =>
    !(side === "api" && (about === "null" || about === "other keys" || (about === "type" && name === "string"))) &&
    about !== "check"

  it("are read as Effect's own JSON Schema of them says", () => {
    const differences = compare(all, generatedFile(all)).filter(isWritten)
    // A file is no JSON, so that Effect writes any value.
    assert.deepStrictEqual(differences.map(({ about, places }) => [about, ...places]), [[
      "type",
      "Files.upload request.file"
    ]])
  }, 60_000)

  it("show each key of each request and response that the API removes", () => {
    let removed = 0
    for (const endpoint of all) {
      const file = generatedFile([endpoint])
      for (const side of ["requestBody", "responses/200"]) {
        const steps = ["paths", endpoint.path, endpoint.method.toLowerCase(), ...side.split("/"), "content"]
        const schemaIn = (root: unknown): { properties?: object; required?: ReadonlyArray<string> } => {
          const content = steps.reduce<unknown>((inner, step) => Reflect.get(Object(inner), step), root)
          return Object(Reflect.get(Object(Object.values(Object(content))[0]), "schema"))
        }
        for (const key of Object.keys(schemaIn(file).properties ?? {})) {
          const root = structuredClone(file)
          const schema = schemaIn(root)
          Reflect.deleteProperty(schema.properties ?? {}, key)
          schema.required = (schema.required ?? []).filter((one) => one !== key)
          const missing = compare([endpoint], root).filter(({ about, side }) => about === "key" && side === "here")
          assert.deepStrictEqual(missing.map(({ name }) => name), [key], `${endpoint.name} ${side}`)
          removed++
        }
      }
    }
    assert.isAbove(removed, 300)
  }, 120_000)

  it("are each in one part of the API, and no part is served and not served", () => {
    for (const { path } of all) assert.isTrue(servedGroups.some(({ paths }) => paths.test(path)), path)
    for (const { path } of all) assert.isFalse(notServedGroups.some(({ paths }) => paths.test(path)), path)
    for (const { path } of notServedGroups) assert.isFalse(servedGroups.some(({ paths }) => paths.test(path)), path)
    for (const { name, paths } of servedGroups) assert.isTrue(all.some(({ path }) => paths.test(path)), name)
  })

  it("are those of docs/api-coverage.md, which `npm run drift -- --write` writes", () => {
    assert.strictEqual(readPage(), writtenPage(readPage(), served, servedGroups, notServedGroups))
  })
})

describe("Mistral's own files", () => {
  const files = ["mistral-openapi.yaml", "mistral-openapi-files-batch.yaml"].map((name) =>
    join(here, "../../../shared/spec", name)
  )
  const missing = files.filter((name) => !existsSync(name))
  if (missing.length > 0) {
    it.skip("are compared (skipped: ../shared/spec is not beside the project)", () => {})
    return
  }

  for (const args of [[files[0]!], [files[1]!], [...files, "--complete"]]) {
    it(`have no drift: ${args.map((name) => name.split("/").at(-1)).join(" ")}`, () => {
      const { code, output } = runCommand(args)
      assert.strictEqual(code, 0, output)
    }, 60_000)
  }
})
