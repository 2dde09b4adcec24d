/** What ends a stream well: `[DONE]` after a choice or, by option, the end of the body once every choice is finished. */
import { Completion, Deployment, MistralClient, OpenAiCompatible, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { eventStream, stream } from "./fixtures/scriptedClient.ts"

const chunk = (content: string, finish_reason: string | null = null, index = 0) =>
  `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index, delta: { content }, finish_reason }] })}\n\n`

const usage = `data: ${JSON.stringify({ id: "1", model: "m", choices: [], usage: { total_tokens: 3 } })}\n\n`

const done = "data: [DONE]\n\n"

describe("a stream without any choice", () => {
  const bodies: Record<string, readonly [body: string, chunks: number]> = {
    "[DONE] alone": [done, 0],
    "comments and [DONE]": [`: ping\n\n${done}`, 0],
    "keep-alives and [DONE]": [`data:\n\ndata: null\n\n${done}`, 0],
    "the usage and [DONE]": [`${usage}${done}`, 1],
    "a ping and [DONE]": [`event: ping\ndata: {"type":"ping"}\n\n${done}`, 1],
    "choices that are null and [DONE]": [`data: {"choices":[null]}\n\n${done}`, 1]
  }
  for (const [name, [body, chunks]] of Object.entries(bodies)) {
    it.effect(`has ended early after ${name}, and says so`, () =>
      Effect.gen(function*() {
        const { error } = yield* collected(body)
        assert.isTrue(error?.reason._tag === "StreamEndedEarly" && error.reason.withoutChoice === true)
        assert.isTrue(error?.reason._tag === "StreamEndedEarly" && error.reason.chunks === chunks)
        assert.include(error?.message, "before any choice")
      }))
  }

  it.effect("is told from one whose choice has no text", () =>
    Effect.gen(function*() {
      const { error, response } = yield* collected(`data: {"choices":[{"finish_reason":"stop"}]}\n\n${done}`)
      assert.isUndefined(error)
      assert.strictEqual(Completion.text(response), "")
    }))
})

describe("the end of a stream", () => {
  for (const data of ["[DONE]", " [DONE]", "[DONE] ", "  [DONE]\t", "\"[DONE]\"", "[done]"]) {
    it.effect(`is ${JSON.stringify(data)}`, () =>
      Effect.gen(function*() {
        const { error, response } = yield* collected(`${chunk("a")}data: ${data}\n\n${chunk("b")}`)
        assert.isUndefined(error)
        assert.strictEqual(Completion.text(response), "a")
      }))
  }

  for (const data of ["[DONE]]", "[\"DONE\"]", "DONE", "[DONE] {}"]) {
    it.effect(`is not ${data}`, () =>
      Effect.gen(function*() {
        const { error } = yield* collected(`${chunk("a")}data: ${data}\n\n${done}`)
        assert.strictEqual(error?.reason._tag, "InvalidResponse")
      }))
  }

  it.effect("is not [DONE] in the text of a chunk", () =>
    Effect.gen(function*() {
      const { error, response } = yield* collected(`${chunk("[DONE]")}${done}`)
      assert.isUndefined(error)
      assert.strictEqual(Completion.text(response), "[DONE]")
    }))
})

describe("a stream without [DONE]", () => {
  const finished: Record<string, string> = {
    "its finish reason": chunk("a") + chunk("b", "stop"),
    "its finish reason and the usage": chunk("a") + chunk("b", "stop") + usage,
    "its finish reason, then more of the choice": chunk("a", "stop") + chunk("b"),
    "a last event without an empty line": chunk("a") + chunk("b", "stop").trimEnd(),
    "the finish reasons of all its choices": chunk("a", null, 0) + chunk("b", null, 1) + chunk("b", "stop", 0) +
      chunk("", "length", 1),
    "an unknown finish reason": chunk("a") + chunk("b", "new"),
    "[DONE] all the same": chunk("a") + chunk("b", "stop") + done,
    "[DONE] without a finish reason": chunk("a") + chunk("b") + done
  }
  for (const [name, body] of Object.entries(finished)) {
    it.effect(`ends well after ${name} where the option says so, wherever it is cut`, () =>
      Effect.gen(function*() {
        for (const pieces of [[body], body.match(/[^]{1,7}/g) ?? []]) {
          const { error, response } = yield* collected(pieces, byFinishReason)
          assert.isUndefined(error)
          assert.strictEqual(Completion.text(response), "ab")
        }
      }))

    if (!body.includes(done)) {
      it.effect(`has ended early after ${name} without the option`, () =>
        Effect.gen(function*() {
          const { error } = yield* collected(body)
          assert.strictEqual(error?.reason._tag, "StreamEndedEarly")
          assert.include(error?.message, "without [DONE]")
        }))
    }
  }

  const unfinished: Record<string, string> = {
    "no chunk": "",
    "no choice": usage,
    "no finish reason": chunk("a"),
    "a finish reason that is empty": chunk("a", ""),
    "the finish reason of one of two choices": chunk("a", "stop", 0) + chunk("b", null, 1)
  }
  for (const [name, body] of Object.entries(unfinished)) {
    it.effect(`has ended early after ${name} with the option, too`, () =>
      Effect.gen(function*() {
        const { error } = yield* collected([`: begin\n\n${body}`], byFinishReason)
        assert.strictEqual(error?.reason._tag, "StreamEndedEarly")
      }))
  }

  it.effect("whose connection is lost is lost with the option, too", () =>
    Effect.gen(function*() {
      const answer = ScriptedHttpClient.bytes([chunk("a", "stop")], { headers: eventStream, ending: "fail" })
      const { error } = yield* collectedFrom(answer, byFinishReason)
      assert.strictEqual(error?.reason._tag, "ConnectionLost")
    }))

  it.effect("whose last event is cut is not valid with the option, too", () =>
    Effect.gen(function*() {
      const { error } = yield* collected(chunk("a", "stop") + usage.slice(0, -10), byFinishReason)
      assert.strictEqual(error?.reason._tag, "InvalidResponse")
    }))

  it.effect("ends well on any deployment with the option", () =>
    Effect.gen(function*() {
      const deployment = { ...Deployment.mistral, endOfStream: "finishReason" as const }
      const { error } = yield* collected(
        chunk("a", "stop"),
        MistralClient.layer({ deployment, retry: RetryPolicy.none })
      )
      assert.isUndefined(error)
    }))
})

const byFinishReason = OpenAiCompatible.layer({
  baseUrl: "https://o.test",
  endOfStream: "finishReason",
  retry: RetryPolicy.none
})

const byDone = MistralClient.layer({ retry: RetryPolicy.none })

const collected = (body: string | ReadonlyArray<string>, client = byDone) =>
  collectedFrom(ScriptedHttpClient.bytes([body].flat(), { headers: eventStream }), client)

/** The response of a stream as far as it came, and its error if it has one. */
const collectedFrom = (answer: ScriptedHttpClient.Answer, client: typeof byDone) =>
  Completion.collectPartial(stream()).pipe(
    Effect.map(({ error, response }) => ({ response, error: Option.getOrUndefined(error) })),
    Effect.provide(Layer.provide(client, ScriptedHttpClient.layer([answer])))
  )
