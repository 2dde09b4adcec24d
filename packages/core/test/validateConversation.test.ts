/**
 * Which results of tools answer which calls, whatever their order, before a conversation is sent.
 */
import { type Message, type MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { clientOver, complete, goodResponse, requests, stream } from "./fixtures/scriptedClient.ts"

/** The id of a call or of a result; `-` means that there is none. */
type Id = string

const user: Message.Message = { role: "user", content: "Hi" }

const callsOf = (ids: ReadonlyArray<Id>): Message.Message => ({
  role: "assistant",
  content: "",
  tool_calls: ids.map((id) => ({ ...(id === "-" ? undefined : { id }), function: { name: "f", arguments: "{}" } }))
})

const resultOf = (id: Id): Message.Message => ({
  role: "tool",
  content: "1",
  ...(id === "-" ? undefined : { tool_call_id: id })
})

const conversation = (calls: string, results: string): ReadonlyArray<Message.Message> => [
  user,
  callsOf(calls.split(" ")),
  ...results.split(" ").map(resultOf)
]

/** Without the checks that are not the subject here, as on a server that makes the ids itself. */
const checks = { toolCallIds: false, lastMessage: false, emptyMessage: false }

const send = (messages: ReadonlyArray<Message.Message>) => complete({ checks }, { model: "m", messages })

const answering = clientOver(goodResponse)

const issuesOf = ({ reason }: MistralError.MistralError) =>
  reason._tag === "InvalidRequest" ? reason.issues.map(({ path }) => path.join(".")) : [reason._tag]

describe("the results of calls", () => {
  const good: ReadonlyArray<readonly [calls: string, results: string]> = [
    ["a", "a"],
    ["-", "-"],
    ["a", "-"],
    ["-", "a"],
    ["a b", "a b"],
    ["a b", "b a"],
    ["- b", "b -"],
    ["- b", "- b"],
    ["- b", "x b"],
    ["- b", "b x"],
    ["a -", "- a"],
    ["a b", "- -"],
    ["a b", "- b"],
    ["a b", "a -"],
    ["a b", "b -"],
    ["- -", "x y"],
    // The result without an id answers the call at its place, so that the last one still finds its own.
    ["a b c", "c - a"],
    ["a b c", "b c -"],
    ["a b c", "c b a"],
    ["a - c", "c - a"],
    ["- b -", "b x y"],
    ["null b", "b null"],
    ["null null", "null null"],
    ["null", "x"],
    ["x", "null"],
    ["a a", "a a"]
  ]
  for (const [calls, results] of good) {
    it.effect(`${results} answer the calls ${calls}`, () =>
      Effect.gen(function*() {
        yield* send(conversation(calls, results))
        yield* Stream.runDrain(stream({ checks }, { model: "m", messages: conversation(calls, results) }))
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(answering)))
  }

  it.effect("answer the calls in each of their orders", () =>
    Effect.gen(function*() {
      for (const results of ["a b c", "a c b", "b a c", "b c a", "c a b", "c b a"]) {
        yield* send(conversation("a b c", results))
      }
    }).pipe(Effect.provide(answering)))

  const bad: ReadonlyArray<readonly [calls: string, results: string, issues: ReadonlyArray<string>]> = [
    ["a", "b", ["messages.2.tool_call_id", "messages.1.tool_calls"]],
    ["a", "a a", ["messages.3.tool_call_id"]],
    ["a", "a -", ["messages.3.tool_call_id"]],
    ["-", "- -", ["messages.3.tool_call_id"]],
    ["a b", "a", ["messages.1.tool_calls"]],
    ["a b", "b", ["messages.1.tool_calls"]],
    ["a b", "a a", ["messages.3.tool_call_id", "messages.1.tool_calls"]],
    ["a b", "a x", ["messages.3.tool_call_id", "messages.1.tool_calls"]],
    ["a b", "x y", ["messages.2.tool_call_id", "messages.3.tool_call_id", "messages.1.tool_calls"]],
    ["a b", "a b c", ["messages.4.tool_call_id"]],
    ["a b", "A B", ["messages.2.tool_call_id", "messages.3.tool_call_id", "messages.1.tool_calls"]]
  ]
  for (const [calls, results, issues] of bad) {
    it.effect(`${results} do not answer the calls ${calls}`, () =>
      Effect.gen(function*() {
        const messages = conversation(calls, results)
        assert.deepStrictEqual(issuesOf(yield* Effect.flip(send(messages))), issues)
        assert.deepStrictEqual(
          issuesOf(yield* Effect.flip(Stream.runDrain(stream({ checks }, { model: "m", messages })))),
          issues
        )
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(answering)))
  }

  it.effect("are those of the message before them, in each turn of a conversation", () =>
    Effect.gen(function*() {
      const turn = (calls: string, results: string) => conversation(calls, results).slice(1)
      const so: Message.Message = { role: "assistant", content: "So." }
      yield* send([user, ...turn("a", "a"), ...turn("b c", "c b"), so, user, ...turn("a", "a"), so])
      const error = yield* Effect.flip(
        send([user, ...turn("a", "a"), ...turn("b", "a"), so, user, ...turn("c", "b"), so])
      )
      assert.deepStrictEqual(issuesOf(error), [
        "messages.4.tool_call_id",
        "messages.3.tool_calls",
        "messages.8.tool_call_id",
        "messages.7.tool_calls"
      ])
      assert.lengthOf(yield* requests, 1)
    }).pipe(Effect.provide(answering)))

  it.effect("without calls before them are one issue for each run of them", () =>
    Effect.gen(function*() {
      const so: Message.Message = { role: "assistant", content: "So." }
      const error = yield* Effect.flip(send([user, resultOf("a"), resultOf("b"), so, user, resultOf("c")]))
      assert.deepStrictEqual(issuesOf(error), ["messages.1", "messages.5"])
    }).pipe(Effect.provide(answering)))

  it.effect("may be missing where the calls are the last message, and nowhere else", () =>
    Effect.gen(function*() {
      yield* send([user, callsOf(["a", "b"])])
      const error = yield* Effect.flip(send([user, callsOf(["a", "b"]), { role: "assistant", content: "So." }]))
      assert.deepStrictEqual(issuesOf(error), ["messages.1.tool_calls"])
      yield* send([user, { role: "assistant", content: "So.", tool_calls: [] }, user])
      yield* send([user, { role: "assistant", content: "So.", tool_calls: null }, user])
    }).pipe(Effect.provide(answering)))

  it.effect("may have an empty id, which counts as a missing one", () =>
    Effect.gen(function*() {
      yield* send([user, callsOf([""]), resultOf("x")])
      yield* send([user, callsOf(["x"]), resultOf("")])
      yield* send([user, callsOf(["x"]), { role: "tool", content: "1", tool_call_id: null }])
    }).pipe(Effect.provide(answering)))

  it.effect("after a message with an empty list of calls answer none", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(send([user, callsOf([]), resultOf("a")]))
      assert.deepStrictEqual(issuesOf(error), ["messages.2"])
    }).pipe(Effect.provide(answering)))

  it.effect("say how many are missing", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(send(conversation("a b c", "b")))
      assert.include(error.message, "2 of 3")
    }).pipe(Effect.provide(answering)))
})

describe("the message after a result", () => {
  const next: Record<string, readonly [Message.Message, allowed: boolean]> = {
    "of an assistant": [{ role: "assistant", content: "So." }, true],
    "of a user": [{ role: "user", content: "Hm" }, false],
    "of the system": [{ role: "system", content: "Be brief" }, false]
  }
  for (const [whose, [message, allowed]] of Object.entries(next)) {
    it.effect(`may ${allowed ? "" : "not "}be that ${whose}, unless the check is off`, () =>
      Effect.gen(function*() {
        const messages = [...conversation("a b", "a b"), message, user]
        const result = yield* Effect.result(send(messages))
        if (allowed) assert.strictEqual(result._tag, "Success")
        else {
          assert.deepStrictEqual(
            result._tag === "Failure" && issuesOf(result.failure),
            ["messages.4.role"]
          )
        }
        yield* complete({ checks: { order: false } }, { model: "m", messages })
        const still = yield* Effect.result(complete({ checks: { toolCalls: false } }, { model: "m", messages }))
        assert.strictEqual(still._tag === "Success", allowed)
      }).pipe(Effect.provide(answering)))
  }
})
