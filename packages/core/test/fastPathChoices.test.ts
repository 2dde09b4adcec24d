/**
 * The fast path of streams and events with several choices: nothing of any choice is lost or given twice.
 */
import { Completion, type RequestOptions } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { clientOver, eventStream, stream } from "./fixtures/scriptedClient.ts"

type Choice = Completion.ChunkChoice

const choice = (index: number, content: string): Choice => ({ index, delta: { content }, finish_reason: null })

const call = (index: number, args: string): Choice => ({
  index,
  delta: { tool_calls: [{ index: 0, id: `id${index}`, function: { name: "f", arguments: args } }] },
  finish_reason: null
})

const chunkOf = (...choices: ReadonlyArray<Choice>): Completion.Chunk => ({ id: "1", model: "m", choices })

const six = ["a", "b", "c", "d", "e", "f"]

const streams: Record<string, ReadonlyArray<Completion.Chunk>> = {
  "two choices in each event": six.map((text) => chunkOf(choice(0, text), choice(1, text.toUpperCase()))),
  "two choices, where the first repeats its text": six.map((text) => chunkOf(choice(0, "-"), choice(1, text))),
  "two choices, where the second repeats its text": six.map((text) => chunkOf(choice(0, text), choice(1, "-"))),
  "two choices, the second one first": six.map((text) => chunkOf(choice(1, text), choice(0, text.toUpperCase()))),
  "three choices in each event": six.map((text) =>
    chunkOf(choice(0, text), choice(1, `${text}1`), choice(2, `${text}2`))
  ),
  "one choice after the other": six.flatMap((
    text
  ) => [chunkOf(choice(0, text)), chunkOf(choice(1, text.toUpperCase()))]),
  "first one choice, then the other": [0, 1].flatMap((index) => six.map((text) => chunkOf(choice(index, text)))),
  "one choice, then two, then one": [
    ...six.map((text) => chunkOf(choice(0, text))),
    ...six.map((text) => chunkOf(choice(0, text), choice(1, text))),
    ...six.map((text) => chunkOf(choice(0, text)))
  ],
  "two choices with calls": six.map((text) => chunkOf(call(0, text), call(1, text.toUpperCase()))),
  "a choice with text and one with a call": six.map((text) => chunkOf(choice(0, text), call(1, text))),
  "two calls in one choice": six.map((text) =>
    chunkOf({
      index: 0,
      delta: {
        tool_calls: ["g", "h"].map((name, index) => ({
          index,
          id: name,
          function: { name, arguments: `${name}${text}` }
        }))
      },
      finish_reason: null
    })
  ),
  "choices in some events only": six.flatMap((text) => [chunkOf(choice(0, text)), chunkOf()])
}

const ways: Record<string, (chunks: ReadonlyArray<Completion.Chunk>) => ScriptedHttpClient.Answer> = {
  "an event in each read": (chunks) => ScriptedHttpClient.sse(chunks),
  "all events in one read": (chunks) =>
    ScriptedHttpClient.bytes([`${chunks.map(eventOf).join("")}data: [DONE]\n\n`], { headers: eventStream })
}

describe("a stream with the fast path", () => {
  for (const [what, chunks] of Object.entries(streams)) {
    for (const [how, answer] of Object.entries(ways)) {
      it.effect(`gives every choice of ${what}, ${how}`, () =>
        Effect.gen(function*() {
          for (
            const options of [{}, { fastPath: true }, { fastPath: false }] satisfies Array<
              RequestOptions.RequestOptions
            >
          ) {
            const given = yield* Stream.runCollect(stream(options)).pipe(
              Effect.provide(clientOver([answer(chunks)]))
            )
            assert.deepStrictEqual(given, chunks)
          }
        }))
    }
  }

  for (const [fastPath, least, most] of [[undefined, 1, 20], [true, 1, 20], [false, 100, 150]] as const) {
    it.effect(`parses ${fastPath === false ? "every chunk" : "few chunks"} in full where the option is ${fastPath}`, () =>
      Effect.gen(function*() {
        const chunks = Array.from({ length: 100 }, (_, index) => chunkOf(choice(0, ` word${index}`)))
        const parse = vi.spyOn(JSON, "parse")
        let parsed = 0
        const given = yield* Stream.runCollect(stream({ fastPath })).pipe(
          Effect.provide(clientOver([ScriptedHttpClient.sse(chunks)])),
          Effect.ensuring(Effect.sync(() => {
            parsed = parse.mock.calls.filter(([text]) => text.includes(" word")).length
            parse.mockRestore()
          }))
        )
        assert.isAtLeast(parsed, least)
        assert.isAtMost(parsed, most)
        assert.deepStrictEqual(given, chunks)
      }))
  }

  it.effect("gives chunks that fold into both choices", () =>
    Effect.gen(function*() {
      const { choices } = yield* Completion.collect(stream())
      assert.deepStrictEqual(choices.map(({ index, message }) => [index, message?.content]), [
        [0, "abcdef"],
        [1, "ABCDEF"]
      ])
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(streams["two choices in each event"]!)]))))
})

function eventOf(chunk: Completion.Chunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}
