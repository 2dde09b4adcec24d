/** What every program is asked, and what a user expects of it, whichever program it is. */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message, type MistralError, Tool } from "@effect-mistral/core"
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { model, type Program, type Way, ways } from "./program.ts"

/** The texts that the programs are set up for. */
export const asked = {
  hello: "Say hello",
  weather: "What is the weather in Paris?",
  painter: "Who painted the Water Lilies?"
}

export const answered = {
  hello: "Hello, this is a text of more than fifty characters: fog, 霧 and 🌫️.",
  call: { id: "call00001", name: "get_weather", arguments: { city: "Paris" } },
  weather: "It is 18 degrees in Paris.",
  painter: { name: "Claude Monet", born: 1840 }
}

export const tools = [Tool.make({
  name: "get_weather",
  description: "The weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] }
})]

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })

export const request = (content: string): Chat.Request => ({ model, messages: [Message.user(content)] })

/** The error of a call that must fail. */
export const failure = <A, R>(call: Effect.Effect<A, MistralError.MistralError, R>) =>
  Effect.flip(Effect.flatMap(call, (value) => Effect.die(new Error(`succeeded with ${JSON.stringify(value)}`))))

/** The chunks of a stream that must fail, and its error. */
export const failedStream = <R>(stream: Stream.Stream<Completion.Chunk, MistralError.MistralError, R>) =>
  Effect.gen(function*() {
    const texts: Array<string> = []
    const error = yield* failure(
      Stream.runForEach(stream, (chunk) => Effect.sync(() => texts.push(Completion.chunkText(chunk))))
    )
    return { text: texts.join(""), error }
  })

/** The functions that register the tests of a program. */
export type Test<R = Program> = Pick<Vitest.MethodsNonLive<R>, "effect">

/** Runs a test for each client and transport. */
export const each = <R>(
  it: Test<R>,
  name: string,
  test: (way: Way) => Effect.Effect<void, unknown, R>,
  some: (way: Way) => boolean = () => true
) => {
  for (const way of ways.filter(some)) it.effect(`${name} (${way.name})`, () => test(way))
}

/** Completions, whole and streamed. `usage` says whether the program counts tokens. */
export const completes = (it: Test, options: { readonly usage: boolean }) => {
  each(it, "completes a chat", (way) =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(request(asked.hello))
      assert.strictEqual(Completion.text(response), answered.hello)
      assert.deepStrictEqual(response.choices.map(({ finish_reason, index }) => [index, finish_reason]), [[0, "stop"]])
      assert.strictEqual(response.model, model)
      if (options.usage) assert.isAbove(response.usage?.completion_tokens ?? 0, 0)
    }).pipe(Effect.provide(way.layer())))

  each(it, "streams a chat, which collects to the whole answer", (way) =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Chat.stream(request(asked.hello)))
      assert.isAbove(chunks.filter((chunk) => Completion.chunkText(chunk) !== "").length, 1)
      assert.strictEqual(chunks.map(Completion.chunkText).join(""), answered.hello)
      const collected = yield* Completion.collect(Stream.fromIterable(chunks))
      assert.strictEqual(Completion.text(collected), answered.hello)
      assert.deepStrictEqual(
        collected.choices.map(({ finish_reason, index, message }) => [index, finish_reason, message?.role]),
        [[0, "stop", "assistant"]]
      )
      assert.strictEqual(collected.model, model)
    }).pipe(Effect.provide(way.layer())))

  each(it, "stops a stream early, and goes on with another call", (way) =>
    Effect.gen(function*() {
      const some = yield* Stream.runCollect(Stream.take(Chat.stream(request(asked.hello)), 2))
      assert.lengthOf(some, 2)
      assert.strictEqual(Completion.text(yield* Chat.complete(request(asked.hello))), answered.hello)
    }).pipe(Effect.provide(way.layer())))
}

const assertCall = (response: Completion.Response) => {
  const [choice] = response.choices
  assert.strictEqual(choice?.finish_reason, "tool_calls")
  assert.lengthOf(choice?.message?.tool_calls ?? [], 1)
  const call = choice!.message!.tool_calls![0]!
  assert.strictEqual(call.id, answered.call.id)
  assert.strictEqual(call.function.name, answered.call.name)
  assert.deepStrictEqual(JSON.parse(String(call.function.arguments)), answered.call.arguments)
  return [Message.fromReceived(choice!.message!), Message.toolResult(call, "18 degrees")]
}

/** The functions of `Chat` that answer with a response, by the name of the way. */
const delivered = {
  whole: (request: Chat.Request) => Chat.complete(request),
  streamed: (request: Chat.Request) => Completion.collect(Chat.stream(request))
}

/** Tool calls, and the turn after them. */
export const callsTools = (it: Test, deliveries: ReadonlyArray<keyof typeof delivered> = ["whole", "streamed"]) => {
  for (const delivery of deliveries) {
    each(it, `calls a tool and goes on with its result, ${delivery}`, (way) =>
      Effect.gen(function*() {
        const first = { ...request(asked.weather), tools }
        const turn = assertCall(yield* delivered[delivery](first))
        const answer = yield* delivered[delivery]({ ...first, messages: [...first.messages, ...turn] })
        assert.strictEqual(Completion.text(answer), answered.weather)
        assert.strictEqual(answer.choices[0]?.finish_reason, "stop")
        assert.isTrue((answer.choices[0]?.message?.tool_calls ?? []).length === 0)
      }).pipe(Effect.provide(way.layer())))
  }
}

/** Objects, at once and as they grow. */
export const makesObjects = (it: Test) => {
  const painter = { ...request(asked.painter), schema: Painter }

  each(it, "completes an object", (way) =>
    Effect.gen(function*() {
      const { response, value } = yield* Chat.completeObject(painter)
      assert.deepStrictEqual(value, answered.painter)
      assert.strictEqual(response.model, model)
    }).pipe(Effect.provide(way.layer())))

  each(it, "streams an object as it grows", (way) =>
    Effect.gen(function*() {
      const parts = yield* Stream.runCollect(Chat.streamObject(painter))
      const last = parts.at(-1)
      assert.strictEqual(last?._tag, "Complete")
      assert.deepStrictEqual(last?.value, answered.painter)
      assert.isTrue(parts.slice(0, -1).every(({ _tag }) => _tag === "Partial"))
    }).pipe(Effect.provide(way.layer())))
}

/** An error response of a program, and what this library is to make of it. */
export interface Refusal {
  readonly text: string
  readonly status: number
  readonly reason: MistralError.MistralErrorReason["_tag"]
  readonly sentence: string
  readonly code?: string
  readonly isRetryable: boolean
}

/** Error responses, for whole completions and for streams. */
export const refuses = (
  it: Test,
  refusals: ReadonlyArray<Refusal>,
  deliveries: ReadonlyArray<keyof typeof delivered> = ["whole", "streamed"]
) => {
  for (const delivery of deliveries) {
    each(it, `says what the program meant by its errors, ${delivery}`, (way) =>
      Effect.gen(function*() {
        for (const refusal of refusals) {
          const error = yield* failure(delivered[delivery](request(refusal.text)))
          const { code, serverMessage } = error.reason as { readonly code?: string; readonly serverMessage?: string }
          assert.deepStrictEqual(
            [error.reason._tag, error.status, serverMessage, code, error.isRetryable],
            [refusal.reason, refusal.status, refusal.sentence, refusal.code, refusal.isRetryable],
            error.message
          )
          assert.include(error.message, refusal.sentence)
        }
      }).pipe(Effect.provide(way.layer())))
  }
}
