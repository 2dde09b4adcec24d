/** Completions with something missing or misshapen, through every operation that reads completions, over two transports. */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { changed, type Part, text, tolerated } from "../packages/core/test/fixtures/toleratedCompletions.ts"

const messages = [{ role: "user" as const, content: "Hi" }]

/** Results of operations by their names, for a whole response and for a stream. */
type Results<A> = Record<
  Part,
  Readonly<Record<string, Effect.Effect<A, MistralError.MistralError, Chat.Chat | Agents.Agents | Fim.Fim>>>
>

/** The operations that read a completion, and the text of what they return. */
const texts: Results<string> = {
  message: {
    "Chat.complete": Effect.map(Chat.complete({ model: "m", messages }), Completion.text),
    "Agents.complete": Effect.map(Agents.complete({ agent_id: "a", messages }), Completion.text),
    "Fim.complete": Effect.map(Fim.complete({ model: "m", prompt: "a" }), Completion.text)
  },
  delta: {
    "Chat.stream": Effect.map(
      Stream.runCollect(Chat.stream({ model: "m", messages })),
      (chunks) => chunks.map(Completion.chunkText).join("")
    ),
    "Completion.collect of Chat.stream": Effect.map(
      Completion.collect(Chat.stream({ model: "m", messages })),
      Completion.text
    ),
    "Completion.collect of Agents.stream": Effect.map(
      Completion.collect(Agents.stream({ agent_id: "a", messages })),
      Completion.text
    ),
    "Completion.collect of Fim.stream": Effect.map(
      Completion.collect(Fim.stream({ model: "m", prompt: "a" })),
      Completion.text
    )
  }
}

const schema = Schema.Struct({ greeting: Schema.String })

/** The operations that read an object, and the object. */
const objects: Results<unknown> = {
  message: {
    "Chat.completeObject": Effect.map(Chat.completeObject({ model: "m", messages, schema }), ({ value }) => value),
    "Agents.completeObject": Effect.map(
      Agents.completeObject({ agent_id: "a", messages, schema }),
      ({ value }) => value
    )
  },
  delta: {
    "Chat.streamObject": lastOf(Chat.streamObject({ model: "m", messages, schema })),
    "Agents.streamObject": lastOf(Agents.streamObject({ agent_id: "a", messages, schema }))
  }
}

describe("a completion", () => {
  for (const part of ["message", "delta"] as const) {
    for (const [name, [sent, read]] of Object.entries(tolerated(part))) {
      const bodies = part === "message"
        ? [changed(part, sent)]
        : [changed(part, sent), changed(part, { "choices.0.delta": { content: "" } })]
      // The cast is safe: tests of core show that the changed body is a completion.
      const expected = changed(part, read) as unknown as Completion.Response & Completion.Chunk
      const expectedText = part === "message" ? Completion.text(expected) : Completion.chunkText(expected)

      it.effect(`${part === "message" ? "" : "of chunks "}${name} is read by every operation`, () =>
        Effect.gen(function*() {
          for (const transport of transports(part, bodies)) {
            for (const [operation, result] of Object.entries(texts[part])) {
              assert.strictEqual(yield* Effect.provide(result, transport), expectedText, operation)
            }
            if (expectedText !== text) continue
            for (const [operation, result] of Object.entries(objects[part])) {
              assert.deepStrictEqual<unknown>(
                yield* Effect.provide(result, transport),
                { greeting: "Hello" },
                operation
              )
            }
          }
        }))
    }
  }
})

/** The services over a script and over `fetch`, each of which gives one response to every request. */
function transports(part: Part, bodies: ReadonlyArray<unknown>) {
  const [body, type] = part === "message"
    ? [JSON.stringify(bodies[0]), "application/json"]
    : [`${bodies.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`, "text/event-stream"]
  const headers = { "content-type": type }
  const fetched: typeof fetch = () => Promise.resolve(new Response(body, { headers }))
  return [
    ScriptedHttpClient.layer(() => ScriptedHttpClient.bytes([body], { headers })),
    FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetched)))
  ].map((http) =>
    Layer.mergeAll(Chat.layer, Agents.layer, Fim.layer).pipe(
      Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
      Layer.provide(http)
    )
  )
}

/** The value of a streamed object. */
function lastOf<A, E, R>(stream: Stream.Stream<{ readonly value: A }, E, R>) {
  return Effect.map(Stream.runCollect(stream), (parts) => parts.at(-1)?.value)
}
