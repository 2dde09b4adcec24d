/** The emulator's responses about files, compared with Mistral's OpenAPI file, which is kept outside the project. */
import { BatchEndpoint } from "@effect-mistral/batch"
import { Emulator } from "@effect-mistral/emulator"
import { assert, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type OpenApi, withSpecification } from "./openapi/specification.ts"
import { validator } from "./openapi/validator.ts"

withSpecification(check, "mistral-openapi-files-batch.yaml")

function check(document: OpenApi) {
  const fits = validator(document, [])

  const { deleteFile, fetchFile, fileContent, fileUrl, listFiles, uploadFile } = BatchEndpoint

  layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity }), { excludeTestServices: true })(
    "the files of the emulator",
    (it) => {
      it.effect("fit Mistral's OpenAPI file, at every endpoint", () =>
        Effect.gen(function*() {
          const asked = new Set<unknown>()
          const call = Effect.fnUntraced(function*(endpoint: Asked, id = "", body?: FormData) {
            asked.add(endpoint)
            const { contentType, text } = yield* ask(endpoint, id, body)
            const { method, name, path } = endpoint
            const value: unknown = contentType === "application/json" ? JSON.parse(text) : text
            const answer = { status: 200, contentType, values: [value] }
            assert.deepStrictEqual(fits({ name, path, method }, answer, value), [], `${name}: ${text}`)
            return value
          })
          const { addFile } = yield* Emulator.Emulator
          yield* addFile("{}\n")
          for (
            const [name, purpose, more] of [
              ["input.jsonl", "batch", {}],
              ["tune.jsonl", "fine-tune", { expiry: "1" }],
              ["scan.pdf", "ocr", { visibility: "user" }]
            ] as const
          ) {
            const form = new FormData()
            form.append("file", new Blob(["{}\n"]), name)
            form.append("purpose", purpose)
            for (const [key, value] of Object.entries<string>(more)) form.append(key, value)
            const uploaded = yield* call(uploadFile, "", form)
            const { id } = uploaded as { readonly id: string }
            yield* call(fetchFile, id)
            yield* call(fileContent, id)
            yield* call(fileUrl, id)
            yield* call(listFiles)
            yield* call(deleteFile, id)
          }
          yield* call(listFiles)
          const all: ReadonlyArray<Asked> = Object.values(BatchEndpoint)
          const files = all.filter(({ path }) => path.startsWith("/v1/files"))
          assert.deepStrictEqual(files.filter((endpoint) => !asked.has(endpoint)).map(({ name }) => name), [])
        }))
    }
  )

  it("are compared with a file that promises something of them", () => {
    const kind = { name: "a file", path: fetchFile.path, method: fetchFile.method }
    const broken = { id: "no uuid", object: "file", bytes: null }
    const answer = { status: 200, contentType: "application/json", values: [broken] }
    assert.isAtLeast(fits(kind, answer, broken).length, 3)
  })
}

type Asked = Pick<(typeof BatchEndpoint)[keyof typeof BatchEndpoint], "name" | "method" | "path">

const ask = ({ method, path }: Asked, id: string, body: FormData | undefined) =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path.replace("{file_id}", id)}`, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
        ...(body === undefined ? undefined : { body })
      })
      assert.strictEqual(response.status, 200, path)
      const contentType = response.headers.get("content-type")?.replace(/;.*/, "") ?? ""
      return { contentType, text: await response.text() }
    }))
