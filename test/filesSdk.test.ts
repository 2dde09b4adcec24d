/** Mistral's own SDK with the files of the emulator. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity }), { excludeTestServices: true })(
  "Mistral's SDK",
  (it) => {
    const withSdk = <A>(use: (sdk: Mistral) => Promise<A>) =>
      Effect.flatMap(
        Emulator.Emulator,
        ({ apiKey, url }) => Effect.promise(() => use(new Mistral({ apiKey: Redacted.value(apiKey), serverURL: url })))
      )

    const jsonl = "{\"custom_id\":\"ä\"}\n{\"custom_id\":\"b\"}\n"

    it.effect("uploads every form of a file that it takes", () =>
      withSdk(async ({ files }) => {
        const bytes = new TextEncoder().encode(jsonl)
        const forms = {
          "file.jsonl": new File([jsonl], "file.jsonl"),
          "bytes.jsonl": { fileName: "bytes.jsonl", content: bytes },
          "stream.jsonl": { fileName: "stream.jsonl", content: new Blob([jsonl]).stream() },
          blob: new Blob([jsonl], { type: "application/jsonl" })
        }
        for (const [name, file] of Object.entries(forms)) {
          const uploaded = await files.upload({ file, purpose: "batch", expiry: 2, visibility: "user" })
          assert.deepInclude(uploaded, {
            object: "file",
            sizeBytes: bytes.length,
            filename: name,
            purpose: "batch",
            sampleType: "batch_request",
            source: "upload",
            numLines: 2,
            mimetype: "application/jsonl",
            visibility: "user",
            expiresAt: uploaded.createdAt + 7200
          })
          const content = await files.download({ fileId: uploaded.id })
          assert.strictEqual(await new Response(content).text(), jsonl)
          await files.delete({ fileId: uploaded.id })
        }
      }))

    it.effect("lists, retrieves, signs and deletes files", () =>
      withSdk(async ({ files }) => {
        const file = new File([jsonl], "input.jsonl")
        const first = await files.upload({ file, purpose: "batch" })
        const second = await files.upload({ file: new File(["%PDF"], "scan.pdf"), purpose: "ocr" })
        const ids = async (query: Parameters<typeof files.list>[0]) => {
          const { data, total } = await files.list(query)
          return [total, data.map(({ id }) => id)]
        }
        assert.deepStrictEqual(await ids({}), [2, [second.id, first.id]])
        assert.deepStrictEqual(await ids({ page: 1, pageSize: 1 }), [2, [first.id]])
        assert.deepStrictEqual(await ids({ purpose: "ocr" }), [1, [second.id]])
        assert.deepStrictEqual(await ids({ sampleType: ["batch_request", "batch_result"] }), [1, [first.id]])
        assert.deepStrictEqual(await ids({ source: ["mistral"] }), [0, []])
        assert.deepStrictEqual(await ids({ search: "SCAN" }), [1, [second.id]])
        assert.deepStrictEqual(await ids({ mimetypes: ["application/pdf", "image/png"] }), [1, [second.id]])
        assert.deepStrictEqual(await ids({ includeTotal: false }), [null, [second.id, first.id]])

        const retrieved = await files.retrieve({ fileId: first.id })
        assert.deepInclude(retrieved, { id: first.id, deleted: false, filename: "input.jsonl" })
        const { url } = await files.getSignedUrl({ fileId: first.id, expiry: 1 })
        assert.strictEqual(await (await fetch(url)).text(), jsonl)
        assert.deepInclude(await files.delete({ fileId: first.id }), { id: first.id, deleted: true })
        const gone = await files.retrieve({ fileId: first.id }).then(() => undefined, (error: unknown) => error)
        assert.propertyVal(gone, "statusCode", 404)
        const unsigned = await files.getSignedUrl({ fileId: second.id, expiry: 200 })
          .then(() => undefined, (error: unknown) => error)
        assert.propertyVal(unsigned, "statusCode", 422)
        await files.delete({ fileId: second.id })
      }))
  }
)
