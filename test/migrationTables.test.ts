/** What the tables of `docs/migrating-from-mistralai.md` say of the SDK and of this library, beside the names of methods. */
import { Chat } from "@effect-mistral/chat"
import {
  Completion,
  FetchHttpClient,
  MistralClient,
  MistralError,
  RetryPolicy,
  StructuredOutput
} from "@effect-mistral/core"
import { Emulator, type Script } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { HTTPClient, Mistral } from "@mistralai/mistralai"
import { responseFormatFromZodObject } from "@mistralai/mistralai/extra/structChat.js"
import { retry } from "@mistralai/mistralai/lib/retries.js"
import * as SdkError from "@mistralai/mistralai/models/errors"
import { Duration, Effect, Exit, Layer, Option, Redacted, Schema } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { vi } from "vitest"
import { z } from "zod"
import { page } from "./documents/page.ts"

const migration = page("migrating-from-mistralai.md")

describe("the table of zod", () => {
  const rows = migration.table("Zod schemas").map((cells) => cells.map((cell) => cell.replaceAll("`", "")))
  const samples = [
    "oil",
    "ink",
    "",
    1,
    3,
    2.5,
    7,
    true,
    null,
    [],
    [1],
    ["a"],
    {},
    { a: "b" },
    { a: 1 },
    { a: null }
  ]

  for (const [zod = "", ours = ""] of rows) {
    it(`has schemas that take the same values, and that the model gets alike: ${zod}`, async () => {
      const { theirs, schema } = await pair(zod, ours)
      const takes = samples.map((sample) => theirs.safeParse(sample).success)
      assert.include(takes, false)
      assert.include(takes, true)
      assert.deepStrictEqual(samples.map((sample) => Exit.isSuccess(decode(schema, sample))), takes)
      const sdk = responseFormatFromZodObject(z.object({ key: theirs })).jsonSchema?.schemaDefinition
      const sent = StructuredOutput.responseFormat(Schema.Struct({ key: schema })).json_schema?.schema
      assert.isDefined(sdk)
      assert.deepStrictEqual(alike(sent), alike(sdk))
    })
  }

  it.live("has a program that keeps a zod schema", () =>
    Effect.gen(function*() {
      // The cast is safe: the program has this export.
      const { painter } = yield* Effect.promise(() =>
        migration.load<{ readonly painter: Effect.Effect<unknown, unknown, Chat.Chat> }>("Zod schemas")
      )
      assert.deepStrictEqual(yield* painter, { name: "Claude Monet", born: 1840 })
    }).pipe(Effect.provide(emulated(Infinity, [
      { when: { text: "and when was he born" }, answer: { text: `{"name":"Claude Monet","born":1840}` } }
    ]))))

  it("has the forms that are used most", () => assert.isAtLeast(rows.length, 10))
})

describe("a call that is run as a promise", () => {
  it.live("rejects with the MistralError itself", () =>
    Effect.gen(function*() {
      const error = yield* rejection(Chat.complete({ ...request, model: "nothing" }))
      assert.instanceOf(error, Error)
      assert.instanceOf(error, MistralError.MistralError)
      assert.deepInclude(error, { _tag: "MistralError" })
      assert.strictEqual((error as MistralError.MistralError).status, 400)
      assert.include((error as MistralError.MistralError).message, "Invalid model")
    }).pipe(Effect.provide(emulated(Infinity))))

  it.live("rejects with another error when its signal is aborted, which an Exit tells apart", () =>
    Effect.gen(function*() {
      const error = yield* rejection(Chat.complete(request), AbortSignal.timeout(50))
      assert.strictEqual(String(error), "Error: All fibers interrupted without error")
      assert.isFalse(MistralError.isMistralError(error))
      const context = yield* Effect.context<Chat.Chat>()
      const run = Effect.runPromiseExitWith(context)
      const exit = yield* Effect.promise(() => run(Chat.complete(request), { signal: AbortSignal.timeout(50) }))
      assert.isTrue(Exit.hasInterrupts(exit))
    }).pipe(Effect.provide(emulated(5))))
})

describe("a call of the SDK that is ended", () => {
  const cases: ReadonlyArray<readonly [name: string, options: () => object, whole: unknown, streamed: string]> = [
    ["by its time limit", () => ({ timeoutMs: 300 }), SdkError.RequestTimeoutError, "TimeoutError"],
    [
      "by a signal",
      () => {
        const controller = new AbortController()
        setTimeout(() => controller.abort(), 300)
        return { fetchOptions: { signal: controller.signal } }
      },
      SdkError.RequestAbortedError,
      "AbortError"
    ]
  ]
  for (const [name, options, whole, streamed] of cases) {
    it.live(
      `throws its own error before the response, and a DOM error in a stream: ${name}`,
      () =>
        Effect.gen(function*() {
          const mistral = yield* sdk
          const thrown = yield* Effect.flip(Effect.tryPromise({
            try: () => mistral.chat.complete({ ...request, messages: [...request.messages] }, options()),
            catch: (error) => error
          }))
          assert.instanceOf(thrown, whole as typeof Error)
          const stream = Effect.tryPromise({
            try: async () => {
              for await (
                const _ of await mistral.chat.stream({ ...request, messages: [...request.messages] }, options())
              );
            },
            catch: (error) => error
          })
          // Seldom the SDK's signal does not reach a stream, which then ends as if there were none.
          const error = yield* Effect.retry(Effect.flip(stream), { times: 5 })
          assert.instanceOf(error, DOMException)
          assert.strictEqual((error as DOMException).name, streamed)
        }).pipe(Effect.provide(emulated(60))),
      60_000
    )
  }
})

describe("time limits", () => {
  it.live("firstByte lets a stream that has begun run on, and total ends it", () =>
    Effect.gen(function*() {
      const collect = (timeout: object) => Effect.exit(Completion.collect(Chat.stream(request, { timeout })))
      assert.isTrue(Exit.isSuccess(yield* collect({ firstByte: "200 millis" })))
      const exit = yield* collect({ total: "200 millis" })
      const error = Option.getOrThrow(Exit.findErrorOption(exit))
      assert.deepInclude(error.reason, { _tag: "Timeout", phase: "total" })
    }).pipe(Effect.provide(emulated(60))))
})

describe("the table of retries", () => {
  it("has the delays of the SDK", async () => {
    const row = migration.table("Retries and time limits").find(([option]) => option?.includes("exponent"))
    const written = /at random: ([\d., ]+) seconds/.exec(row?.[2] ?? "")![1]!.split(", ").map(Number)
    const delays: Array<number> = []
    vi.spyOn(Math, "random").mockReturnValue(0)
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, delay = 0) => {
      delays.push(delay / 1000)
      queueMicrotask(run)
      // The cast is safe: the SDK does not use the timer.
      return undefined as unknown as ReturnType<typeof setTimeout>
    })
    let calls = 0
    const answer = () => Promise.resolve(new Response("", { status: calls++ < written.length ? 500 : 200 }))
    const backoff = { initialInterval: 500, exponent: 2, maxInterval: 8000, maxElapsedTime: 120_000 }
    await retry(answer, { config: { strategy: "backoff", backoff }, statusCodes: ["500"] })
    vi.restoreAllMocks()
    assert.deepStrictEqual(delays, written)
  })

  it("has the default limits of a policy", () => {
    const { schedule } = RetryPolicy.defaultPolicy
    assert.isTrue(Duration.equals(RetryPolicy.make().maxElapsed, Duration.minutes(2)))
    assert.isFalse(Duration.isFinite(RetryPolicy.make({ schedule }).maxElapsed))
    assert.isTrue(Duration.equals(RetryPolicy.make({ schedule }).maxRetryAfter, Duration.minutes(1)))
  })
})

describe("the head of a response", () => {
  it.live("is received by the SDK's hook for every response, and by onResponse for good ones; requestId is the header", () =>
    Effect.gen(function*() {
      const { apiKey, url } = yield* Emulator.Emulator
      const statuses: Array<number> = []
      const httpClient = new HTTPClient()
      httpClient.addHook("response", ({ status }) => void statuses.push(status))
      const mistral = new Mistral({ apiKey: Redacted.value(apiKey), serverURL: url, httpClient })
      const heads: Array<readonly [number, boolean]> = []
      for (const model of [request.model, "nothing"]) {
        yield* Effect.exit(Effect.tryPromise(() => mistral.chat.complete({ model, messages: [...request.messages] })))
        yield* Effect.exit(Chat.complete({ ...request, model }, {
          onResponse: ({ headers, requestId, status }) =>
            Effect.sync(() => heads.push([status, requestId === headers["mistral-correlation-id"]]))
        }))
      }
      assert.deepStrictEqual(statuses, [200, 400])
      assert.deepStrictEqual(heads, [[200, true]])
    }).pipe(Effect.provide(emulated(Infinity))))
})

const request = {
  model: "mistral-small-latest",
  messages: [{
    role: "user" as const,
    content: "Tell me a long story about painters, their paintings and their gardens."
  }]
}

/** Chat over an emulator that writes at a speed, with rules for its responses. */
const emulated = (tokensPerSecond: number, script: Script.Script = []) =>
  Chat.layer.pipe(
    Layer.provide(Layer.unwrap(
      Effect.map(Emulator.Emulator, ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url }))
    )),
    Layer.provide(FetchHttpClient.layer),
    Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond, script }))
  )

const sdk = Effect.map(
  Emulator.Emulator,
  ({ apiKey, url }) => new Mistral({ apiKey: Redacted.value(apiKey), serverURL: url })
)

/** What the promise of an effect rejects with. */
const rejection = (call: Effect.Effect<unknown, unknown, Chat.Chat>, signal?: AbortSignal) =>
  Effect.flatMap(
    Effect.context<Chat.Chat>(),
    (context) =>
      Effect.promise(() =>
        Effect.runPromiseWith(context)(call, signal === undefined ? undefined : { signal }).then(
          () => undefined,
          (error: unknown) => error
        )
      )
  )

const decode = (schema: Schema.Codec<unknown>, sample: unknown) => Schema.decodeUnknownExit(schema)(sample)

/** The two schemas of a row. */
const pair = async (zod: string, ours: string) => {
  const folder = new URL("./.migration/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`zod_${zod.replaceAll(/\W+/g, "_")}.ts`, folder)
  const imports = `import { Schema } from "effect"\nimport { z } from "zod"\n`
  writeFileSync(file, `${imports}export const theirs = ${zod}\nexport const schema = ${ours}\n`)
  // The cast is safe: the module has these exports.
  return await import(file.href) as { readonly theirs: z.ZodType; readonly schema: Schema.Codec<unknown> }
}

/** A JSON Schema in one of the forms that say the same: a type of several, the range of safe integers, one constant. */
const alike = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(alike)
  if (typeof json !== "object" || json === null) return json
  const { const: constant, type, ...rest } = json as Record<string, unknown>
  if (type === "integer") {
    delete rest["minimum"]
    delete rest["maximum"]
  }
  if (constant !== undefined) rest["enum"] = [constant]
  if (Array.isArray(type)) rest["anyOf"] = type.map((type) => ({ type }))
  else if (type !== undefined) rest["type"] = type
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, alike(value)]))
}
