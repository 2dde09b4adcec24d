import { type Completion, MistralClient, OpenAiCompatible } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref, Stream } from "effect"
import { Chat, LanguageModel, Prompt, Toolkit } from "effect/ai"
import { deliveries } from "./fixtures/deliveries.ts"
import { apiKey, compatible, handlers, model, over, retry, toolkit } from "./fixtures/places.ts"

describe("tools without a strict schema", () => {
  it.effect("are sent to a server that does not take one", () =>
    Effect.gen(function*() {
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [seen] = yield* requests
      assert.deepNestedInclude(seen?.body, {
        "tools[0].function.parameters": {
          type: "object",
          properties: { city: { type: "string" }, day: { type: "string" } },
          required: ["city"]
        }
      })
      assert.isFalse(JSON.stringify(seen?.body).includes("\"strict\":true"))
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(over(compatible, { strictJsonSchema: false })),
      Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Hello"))]))
    ))
})

describe("the thinking of an OpenAI-compatible server", () => {
  const withMessage = (message: object): unknown => ({
    id: "1",
    model,
    created: 1_700_000_000,
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  })
  const chunk = (delta: object, finish_reason: string | null = null): unknown => ({
    id: "1",
    model,
    created: 1_700_000_000,
    choices: [{ index: 0, delta, finish_reason }]
  })

  for (const key of ["reasoning_content", "reasoning"]) {
    for (const [delivery, ask] of Object.entries(deliveries)) {
      it.effect(`is reasoning, and is sent back as it came: ${key}, ${delivery}`, () =>
        Effect.gen(function*() {
          const chat = yield* Chat.empty
          const tools = yield* Toolkit.empty
          const first = yield* ask({ prompt: "Which is larger?", toolkit: tools }, chat)
          assert.deepStrictEqual([first.reasoning, first.text], ["9.9 or 9.11? 9.9.", "9.9 is."])
          yield* ask({ prompt: "Sure?", toolkit: tools }, chat)
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          const [, second] = yield* requests
          assert.deepNestedInclude(second?.body, {
            messages: [
              { role: "user", content: "Which is larger?" },
              { role: "assistant", [key]: "9.9 or 9.11? 9.9.", content: "9.9 is." },
              { role: "user", content: "Sure?" }
            ]
          })
        }).pipe(
          Effect.provide(over(compatible)),
          Effect.provide(ScriptedHttpClient.layer(({ body }) =>
            (body as { readonly stream: boolean }).stream
              ? ScriptedHttpClient.sse([
                chunk({ role: "assistant", [key]: "9.9 or 9.11? " }),
                chunk({ [key]: "9.9." }),
                chunk({ content: "9.9 " }),
                chunk({ content: "is." }, "stop")
              ])
              : ScriptedHttpClient.json(withMessage({ [key]: "9.9 or 9.11? 9.9.", content: "9.9 is." }))
          ))
        ))
    }
  }

  it.effect("becomes reasoning_content where Mistral's own thinking is sent to it", () =>
    Effect.gen(function*() {
      const chat = yield* Chat.empty
      const tools = yield* Toolkit.empty
      const mistral = over(MistralClient.layer({ apiKey, retry }))
      const first = yield* deliveries.whole({ prompt: "Which is larger?", toolkit: tools }, chat).pipe(
        Effect.provide(mistral)
      )
      assert.strictEqual(first.reasoning, "9.9 or 9.11?")
      for (const client of [compatible, MistralClient.layer({ apiKey, retry })]) {
        yield* LanguageModel.generateText({ prompt: Prompt.concat(yield* Ref.get(chat.history), "Sure?") }).pipe(
          Effect.provide(over(client))
        )
      }
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [, toCompatible, toMistral] = yield* requests
      assert.deepNestedInclude(toCompatible?.body, {
        "messages[1]": { role: "assistant", reasoning_content: "9.9 or 9.11?", content: "9.9 is." }
      })
      assert.deepNestedInclude(toMistral?.body, {
        "messages[1]": {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "9.9 or 9.11?" }], closed: true },
            { type: "text", text: "9.9 is." }
          ]
        }
      })
    }).pipe(
      Effect.provide(ScriptedHttpClient.layer([
        ScriptedHttpClient.json(TestCompletion.response([
          { type: "thinking", thinking: [{ type: "text", text: "9.9 or 9.11?" }], closed: true },
          { type: "text", text: "9.9 is." }
        ])),
        ScriptedHttpClient.json(TestCompletion.response("Yes.")),
        ScriptedHttpClient.json(TestCompletion.response("Yes."))
      ]))
    ))
})

describe("the end of a stream of an OpenAI-compatible server", () => {
  const chunks: ReadonlyArray<Completion.Chunk> = TestCompletion.chunks("Hello there.")
  const withoutDone = ScriptedHttpClient.bytes(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), {
    headers: { "content-type": "text/event-stream" }
  })

  it.effect("is [DONE]: a stream without it has no finish", () =>
    Effect.gen(function*() {
      const types: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(LanguageModel.streamText({ prompt: "Hi" }), ({ type }) => Effect.sync(() => types.push(type)))
      )
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
      assert.include(types, "text-end")
      assert.notInclude(types, "finish")
    }).pipe(Effect.provide(over(compatible)), Effect.provide(ScriptedHttpClient.layer([withoutDone]))))

  it.effect("may be the finish reason, for servers that never send [DONE]", () =>
    Effect.gen(function*() {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
      const last = parts.at(-1)
      assert.isTrue(last?.type === "finish" && last.reason === "stop")
    }).pipe(
      Effect.provide(over(
        OpenAiCompatible.layer({ baseUrl: "https://gateway.test", endOfStream: "finishReason", retry })
      )),
      Effect.provide(ScriptedHttpClient.layer([withoutDone]))
    ))
})

describe("the calls of an OpenAI-compatible server", () => {
  it.effect("come in fragments with an index, whose later names are null", () =>
    Effect.gen(function*() {
      const tools = yield* toolkit
      const { callIds, calls, finish, results } = yield* deliveries.streamed({ prompt: "Hi", toolkit: tools })
      assert.deepStrictEqual(calls, [["get_weather", { city: "Paris" }], ["get_weather", { city: "Rome" }]])
      assert.deepStrictEqual(callIds, ["call_1", "call_2"])
      assert.deepStrictEqual(Object.keys(results), ["call_1", "call_2"])
      assert.strictEqual(finish, "tool-calls")
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(over(compatible)),
      Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.sse(fragments())]))
    ))

  const fragments = (): ReadonlyArray<unknown> => {
    const chunk = (tool_calls: ReadonlyArray<object>, finish_reason: string | null = null) => ({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      model,
      choices: [{ index: 0, delta: { content: null, tool_calls }, finish_reason }]
    })
    const piece = (index: number, text: string) => ({ index, function: { name: null, arguments: text } })
    return [
      chunk([{ index: 0, id: "call_1", type: "function", function: { name: "get_weather", arguments: "" } }]),
      chunk([piece(0, "{\"city\":")]),
      chunk([piece(0, "\"Paris\"}")]),
      chunk([{ index: 1, id: "call_2", type: "function", function: { name: "get_weather", arguments: "" } }]),
      chunk([piece(1, "{\"city\":\"Ro")]),
      chunk([piece(1, "me\"}")]),
      chunk([], "tool_calls"),
      { id: "chatcmpl-1", object: "chat.completion.chunk", model, choices: [], usage: { total_tokens: 3 } }
    ]
  }
})
