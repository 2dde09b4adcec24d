/** Documents and texts of batch jobs: the same responses as those to single requests. */
import * as Classifiers from "@effect-mistral/core/Classifiers"
import * as Ocr from "@effect-mistral/core/Ocr"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { local, postTo, raw } from "../support.ts"
import { request } from "./support.ts"

describe("a batch job", () => {
  it.live("reads documents, also uploaded ones, and refuses one in its own line", () =>
    Effect.gen(function*() {
      const { addFile } = yield* Emulator.Emulator
      const file = (file_id: string) => ({ document: { type: "file", file_id } }) as const
      const uploaded = file(yield* addFile("# A\n\nb", { filename: "a.md", purpose: "ocr" }))
      const missing = file("0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d")
      const outputs = yield* run("/v1/ocr", "mistral-ocr-latest", [{ ...request(), pages: "0" }, uploaded, missing])
      assert.deepStrictEqual(outputs.map(({ response }) => response.status_code), [200, 200, 404])
      assert.deepStrictEqual<unknown>(outputs[0]?.response.body, yield* Ocr.process(request({ pages: "0" })))
      assert.deepStrictEqual<unknown>(outputs[1]?.response.body, yield* Ocr.process(request(uploaded)))
    }).pipe(Effect.provide(local())))

  it.live("classifies texts and conversations", () =>
    Effect.gen(function*() {
      const model = "ministral-3b-latest"
      const chat = { messages: [{ role: "user", content: "Hi" }] } as const
      const [text] = yield* run("/v1/classifications", model, [{ input: ["Hi", "Bye"] }])
      const [conversation] = yield* run("/v1/chat/classifications", model, [{ input: chat }])
      const whole = yield* Classifiers.classify({ model, input: ["Hi", "Bye"] })
      assert.deepStrictEqual<unknown>(text?.response.body, whole)
      assert.deepStrictEqual<unknown>(
        conversation?.response.body,
        yield* Classifiers.classifyChat({ model, input: chat })
      )
    }).pipe(Effect.provide(local())))
})

interface Output {
  readonly custom_id: string
  readonly response: { readonly status_code: number; readonly body: unknown }
}

/** Runs a job of inline requests to its end, and gives the outputs in the order of the requests. */
const run = Effect.fnUntraced(function*(endpoint: string, model: string, bodies: ReadonlyArray<object>) {
  const created = yield* postTo("/v1/batch/jobs")({
    endpoint,
    model,
    requests: bodies.map((body, at) => ({ custom_id: String(at), body }))
  })
  const { id } = created.json as { readonly id: string }
  const { outputs } = yield* raw(`/v1/batch/jobs/${id}?inline=true`).pipe(
    Effect.map(({ json }) => json as { readonly status: string; readonly outputs?: ReadonlyArray<Output> }),
    Effect.repeat({ until: ({ status }) => status === "SUCCESS", schedule: Schedule.spaced("10 millis") })
  )
  return (outputs ?? []).toSorted((a, b) => Number(a.custom_id) - Number(b.custom_id))
})
