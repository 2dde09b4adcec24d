/**
 * Completions as objects: the schema that is sent and its name, the parts of an object that grows, and why a completion
 * is not such an object.
 */
import { Chat } from "@effect-mistral/chat"
import { MistralClient, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { open, requests, type Script } from "../../core/test/fixtures/scriptedClient.ts"

const request = { model: "m", messages: [{ role: "user" as const, content: "Who?" }] }

const over = (script: Script) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

/** The completion of a text, whole or streamed as it is requested, a word in each chunk. */
const writing = (text: string, options?: TestCompletion.Options): Script => ({ headers }) =>
  headers["accept"] === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks(text, options))
    : ScriptedHttpClient.json(TestCompletion.response(text, options))

/** An object requested both ways; what it is does not matter. */
const bothWays = {
  completeObject: <A>(request: Chat.ObjectRequest<A>) => Effect.asVoid(Chat.completeObject(request)),
  streamObject: <A>(request: Chat.ObjectRequest<A>) => Stream.runDrain(Chat.streamObject(request))
}

/** The values of the parts that come before the complete object. */
const partials = <A>(request: Chat.ObjectRequest<A>) =>
  Chat.streamObject(request).pipe(
    Stream.runFold(
      (): ReadonlyArray<unknown> => [],
      (all, part) => part._tag === "Partial" ? [...all, part.value] : all
    )
  )

const formats = Effect.map(
  requests,
  (seen) =>
    seen.map(({ body }) =>
      (body as { readonly response_format: NonNullable<Chat.Request["response_format"]> }).response_format
    )
)

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })

describe("the schema of an object", () => {
  const named = (identifier: string) => Painter.annotate({ identifier })
  const names: ReadonlyArray<
    readonly [what: string, schema: Schema.Codec<typeof Painter.Type, unknown>, name: string]
  > = [
    ["app/Painter", named("app/Painter"), "app_Painter"],
    ["@my/app/Painter.v2", named("@my/app/Painter.v2"), "_my_app_Painter_v2"],
    ["Painter-2_b", named("Painter-2_b"), "Painter-2_b"],
    ["Großer Maler", named("Großer Maler"), "Gro_er_Maler"],
    ["65 letters", named("x".repeat(65)), "x".repeat(64)],
    ["64 letters", named("x".repeat(64)), "x".repeat(64)],
    ["nothing", named(""), "response"],
    ["no name at all", Painter, "response"]
  ]
  for (const [what, schema, name] of names) {
    it.effect(`whose name is ${what} is sent by the name ${name}`, () =>
      Effect.gen(function*() {
        for (const run of Object.values(bothWays)) yield* run({ ...request, schema })
        for (const format of yield* formats) {
          assert.strictEqual(format.json_schema?.name, name)
          assert.match(format.json_schema?.name ?? "", /^[\w-]{1,64}$/)
        }
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(over(writing("{\"name\":\"Monet\",\"born\":1840}")))))
  }

  it.effect("is sent by the name of its class", () =>
    Effect.gen(function*() {
      class Person extends Schema.Class<Person>("app/Person")({ name: Schema.String }) {}
      for (const run of Object.values(bothWays)) yield* run({ ...request, schema: Person })
      assert.deepStrictEqual((yield* formats).map(({ json_schema }) => json_schema?.name), ["app_Person", "app_Person"])
    }).pipe(Effect.provide(over(writing("{\"name\":\"Monet\"}")))))

  it.effect("has the name and description of the request before its own", () =>
    Effect.gen(function*() {
      for (const run of Object.values(bothWays)) {
        yield* run({
          ...request,
          schema: named("Painter"),
          schemaName: "artist",
          schemaDescription: "Somebody who paints"
        })
        yield* run({ ...request, schema: named("Painter") })
      }
      for (const [index, { json_schema, type }] of (yield* formats).entries()) {
        assert.strictEqual(type, "json_schema")
        assert.isTrue(json_schema?.strict)
        assert.strictEqual(json_schema?.name, index % 2 === 0 ? "artist" : "Painter")
        if (index % 2 === 0) assert.strictEqual(json_schema?.description, "Somebody who paints")
        else assert.notProperty(json_schema, "description")
      }
    }).pipe(Effect.provide(over(writing("{\"name\":\"Monet\",\"born\":1840}")))))

  it.effect("is sent in place of the keys that describe it, with the rest of the request as it is", () =>
    Effect.gen(function*() {
      for (const run of Object.values(bothWays)) {
        yield* run({ ...request, schema: Painter, schemaName: "a", schemaDescription: "b", max_tokens: 5 })
      }
      for (const [index, { body }] of (yield* requests).entries()) {
        const { response_format, ...rest } = body as Chat.Request
        assert.isDefined(response_format)
        assert.deepStrictEqual(rest, { ...request, max_tokens: 5, stream: index === 1 })
      }
    }).pipe(Effect.provide(over(writing("{\"name\":\"Monet\",\"born\":1840}")))))

  const inexpressible: Record<string, Schema.Codec<unknown, unknown>> = {
    "of a text": Schema.String,
    "of a list": Schema.Array(Schema.String)
  }
  for (const [what, schema] of Object.entries(inexpressible)) {
    it.effect(`${what} is an invalid request, and nothing is sent`, () =>
      Effect.gen(function*() {
        for (const [operation, run] of Object.entries(bothWays)) {
          const error = yield* Effect.flip(run({ ...request, schema }))
          assert.deepStrictEqual(
            error.reason._tag === "InvalidRequest" && error.reason.issues.map(({ path }) => path),
            [["schema"]]
          )
          assert.strictEqual(error.operation, operation === "completeObject" ? "Chat.complete" : "Chat.stream")
        }
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(over(writing("\"text\"")))))
  }
})

describe("the parts of an object", () => {
  it.effect("come with each chunk that adds to its text, and with no other", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* partials({ ...request, schema: Painter }), [
        { name: "Mon" },
        { name: "Monet" },
        { name: "Monet", born: 1840 }
      ])
    }).pipe(Effect.provide(over([
      ScriptedHttpClient.sse([
        chunk({ role: "assistant", content: "" }),
        chunk({ content: "{\"name\":\"Mon" }),
        chunk({ content: "" }),
        chunk({}),
        chunk({ content: null }),
        chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
        chunk({ content: "et\"" }),
        { id: "1", model: "m", choices: [] },
        chunk({ content: [{ type: "text", text: ",\"born\":1840}" }] }),
        chunk({ content: "" }, "stop")
      ])
    ]))))

  it.effect("are one for the chunks that come together", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* partials({ ...request, schema: Painter }), [{ name: "Monet", born: 1840 }])
    }).pipe(Effect.provide(over([
      ScriptedHttpClient.bytes([
        ["{\"name\":\"Mon", "et\",\"born\":", "1840}", ""].map((content) =>
          `data: ${JSON.stringify(chunk({ content }))}\n\n`
        ).join("") +
        "data: [DONE]\n\n"
      ], { headers: { "content-type": "text/event-stream" } })
    ]))))

  it.effect("stop where the text is no longer JSON, and the whole does not fit", () =>
    Effect.gen(function*() {
      const shown: Array<unknown> = []
      const { reason } = yield* Effect.flip(
        Stream.runForEach(Chat.streamObject({ ...request, schema: Painter }), (part) =>
          Effect.sync(() => shown.push(part.value)))
      )
      assert.deepStrictEqual(shown, [{ name: "Monet" }])
      assert.strictEqual(reason._tag, "InvalidOutput")
    }).pipe(Effect.provide(over([
      ScriptedHttpClient.sse(["{\"name\":\"Monet\"", "} and more", " and more"].map((content) =>
        chunk({ content })
      ))
    ]))))

  it.effect("are never shown as complete where the stream is cut", () =>
    Effect.gen(function*() {
      const tags: Array<string> = []
      const { reason } = yield* Effect.flip(
        Stream.runForEach(Chat.streamObject({ ...request, schema: Painter }), ({ _tag }) =>
          Effect.sync(() => tags.push(_tag)))
      )
      assert.deepStrictEqual(tags, ["Partial"])
      assert.strictEqual(reason._tag, "ConnectionLost")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(over([
      ScriptedHttpClient.sse([chunk({ content: "{\"name\":\"Monet\",\"born\":1840}" })], {
        done: false,
        ending: "fail"
      })
    ]))))

  it.effect("end with the complete object, once", () =>
    Effect.gen(function*() {
      const tags = yield* Stream.runCollect(
        Stream.map(Chat.streamObject({ ...request, schema: Painter }), ({ _tag }) => _tag)
      )
      assert.strictEqual(tags.at(-1), "Complete")
      assert.lengthOf(tags.filter((tag) => tag === "Complete"), 1)
    }).pipe(Effect.provide(over(writing("{\"name\":\"Claude Monet\",\"born\":1840}")))))
})

describe("an object in a markdown fence", () => {
  const fenced = "Here it is:\n\n```json\n{\"name\":\"Claude Monet\",\"born\":1840}\n```\nAnything else?"

  it.effect("is taken out of it where the request says so, and the option is not sent", () =>
    Effect.gen(function*() {
      const object = { ...request, schema: Painter, unwrapFence: true }
      assert.deepStrictEqual((yield* Chat.completeObject(object)).value, { name: "Claude Monet", born: 1840 })
      const parts = yield* Stream.runCollect(Chat.streamObject(object))
      const last = parts.at(-1)
      assert.deepStrictEqual(last?.value, { name: "Claude Monet", born: 1840 })
      assert.strictEqual(last?._tag, "Complete")
      for (const part of parts) {
        // The type of a partial: a name that may be incomplete, and a number.
        const name: string | undefined = part._tag === "Partial" ? part.value.name : part.value.name
        assert.isTrue("Claude Monet".startsWith(name ?? ""))
      }
      for (const { body } of yield* requests) assert.notProperty(body, "unwrapFence")
    }).pipe(Effect.provide(over(writing(fenced)))))

  it.effect("is not JSON by default", () =>
    Effect.gen(function*() {
      for (const run of Object.values(bothWays)) {
        const { reason } = yield* Effect.flip(run({ ...request, schema: Painter }))
        assert.strictEqual(reason._tag, "InvalidOutput")
        if (reason._tag === "InvalidOutput") assert.strictEqual(reason.text, fenced)
      }
    }).pipe(Effect.provide(over(writing(fenced)))))
})

describe("a completion that is not the object", () => {
  type Expected = { readonly paths: ReadonlyArray<string>; readonly finishReason?: string }
  const texts: Record<string, readonly [text: string, options: TestCompletion.Options, Expected]> = {
    "names every fault: two": ["{\"name\":1,\"born\":\"then\"}", {}, { paths: ["born", "name"] }],
    "names every fault: three, one inside": [
      "{\"name\":null,\"born\":1.5,\"works\":[{\"title\":1}]}",
      {},
      { paths: ["born", "name", "works.0.title"] }
    ],
    "names a key that is missing": ["{\"name\":\"Monet\"}", {}, { paths: ["born"] }],
    "is not JSON": ["Claude Monet.", {}, { paths: [""] }],
    "is empty": ["", {}, { paths: [""] }],
    "is a list": ["[]", {}, { paths: [""] }],
    "is cut off, and says so": ["{\"name\":\"Mon", { finishReason: "length" }, { paths: [""], finishReason: "length" }]
  }
  const schema = Schema.Struct({
    name: Schema.String,
    born: Schema.Int,
    works: Schema.optional(Schema.Array(Schema.Struct({ title: Schema.String })))
  })
  for (const [what, [text, options, expected]] of Object.entries(texts)) {
    for (const [way, run] of Object.entries(bothWays)) {
      it.effect(`${what} (${way})`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(run({ ...request, schema }))
          isInvalidOutput(error, text, expected)
          assert.strictEqual(error.operation, way === "completeObject" ? "Chat.complete" : "Chat.stream")
          assert.strictEqual(error.message.includes("no text"), text === "")
          assert.lengthOf(yield* requests, 1)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(over(writing(text, options)))))
    }
  }

  const isInvalidOutput = (
    error: MistralError.MistralError,
    text: string,
    { finishReason = "stop", paths }: Expected
  ) => {
    const { reason } = error
    assert.strictEqual(reason._tag, "InvalidOutput")
    if (reason._tag !== "InvalidOutput") return
    // A key that is missing and optional may be an issue too, because the server's strict mode makes every key required.
    const found = reason.issues.map(({ path }) => path.join(".")).filter((path) => path !== "works").sort()
    assert.deepStrictEqual(found, paths)
    assert.strictEqual(reason.text, text)
    assert.strictEqual(reason.finishReason, finishReason)
    assert.isFalse(error.isRetryable)
    if (text !== "") assert.notInclude(error.message, text)
    assert.include(error.message, String(text.length))
  }

  it.effect("is not reported where the call fails: the error is that of the call", () =>
    Effect.gen(function*() {
      for (const run of Object.values(bothWays)) {
        assert.strictEqual((yield* Effect.flip(run({ ...request, schema }))).reason._tag, "Authentication")
      }
    }).pipe(Effect.provide(over(() => ScriptedHttpClient.json({ message: "no" }, { status: 401 })))))
})

function chunk(delta: object, finish_reason: string | null = null) {
  return { id: "1", model: "m", choices: [{ index: 0, delta, finish_reason }] }
}
