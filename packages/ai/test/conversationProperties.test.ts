/**
 * Prompts of generated messages in any order: what is sent fits the rules of the server, and holds every text but those of
 * the kinds that are left out.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { LanguageModel, Prompt } from "effect/ai"
import { toConversation } from "../src/internal/prompt/conversation.ts"
import { generatedPrompt } from "./fixtures/generatedPrompts.ts"
import { answering, lastMessages, type SentMessage } from "./fixtures/sentMessages.ts"

const seeds = Array.from({ length: 600 }, (_, seed) => seed)

describe("a conversation of any messages", () => {
  it.effect("is sent in a form that the server accepts, or refused before it is sent", () =>
    Effect.gen(function*() {
      let refused = 0
      // Each is a request, which core checks.
      for (const seed of seeds.slice(0, 200)) {
        const messages = yield* sentOrRefused(generatedPrompt(seed).prompt)
        if (messages === undefined) {
          refused++
          assert.isFalse(canBeAnswered(generatedPrompt(seed).prompt), `seed ${seed}`)
        } else assert.deepStrictEqual(problems(messages), [], `seed ${seed}: ${JSON.stringify(messages)}`)
      }
      assert.isBelow(refused, 50)
    }).pipe(Effect.provide(answering())))

  it("holds every text once and in its order, and nothing of what is left out", () => {
    let count = 0
    for (const seed of seeds) {
      const { leftOut, prompt, results, sent } = generatedPrompt(seed)
      const conversation = toConversation(Prompt.make(prompt))
      if (Result.isFailure(conversation)) continue
      const { messages } = conversation.success
      const text = JSON.stringify(messages)
      for (const word of [...sent, ...results]) {
        assert.strictEqual(text.split(word).length, 2, `seed ${seed}: ${word} in ${text}`)
      }
      for (const word of leftOut) assert.notInclude(text, word, `seed ${seed}`)
      // System messages at the end are moved, and calls are behind the text of their message.
      for (const role of ["user", "assistant"]) {
        const words = JSON.stringify(messages.filter((message) => message.role === role).map(({ content }) => content))
        const places = sent.map((word) => words.indexOf(word)).filter((place) => place !== -1)
        assert.deepStrictEqual(places, [...places].sort((a, b) => a - b), `seed ${seed}: ${text}`)
      }
      count += results.length
    }
    assert.isAbove(count, 100)
  })

  it.effect("is sent alike each time, and after it went through JSON", () =>
    Effect.gen(function*() {
      for (const seed of seeds) {
        const prompt = Prompt.make(generatedPrompt(seed).prompt)
        const json = JSON.stringify(yield* Schema.encodeEffect(Prompt.Prompt)(prompt))
        const restored = yield* Schema.decodeUnknownEffect(Prompt.Prompt)(JSON.parse(json))
        const bytes = JSON.stringify(toConversation(prompt))
        assert.strictEqual(
          JSON.stringify(toConversation(Prompt.make(generatedPrompt(seed).prompt))),
          bytes,
          `seed ${seed}`
        )
        assert.strictEqual(JSON.stringify(toConversation(restored)), bytes, `seed ${seed}`)
      }
    }))
})

/** Sends a prompt, and returns the messages of the request; `undefined` if it was refused before. */
const sentOrRefused = (prompt: Prompt.RawInput) =>
  LanguageModel.generateText({ prompt }).pipe(
    Effect.andThen(lastMessages),
    Effect.catchReason("AiError", "InvalidUserInputError", () => Effect.undefined)
  )

/** Whether a prompt has a message besides system messages, and does not end with one after a text of the assistant. */
const canBeAnswered = (prompt: ReadonlyArray<Prompt.MessageEncoded>): boolean => {
  const calls = new Set<string>()
  const filled = prompt.filter(({ content, role }) => {
    if (role === "system" || typeof content === "string") return true
    const parts: ReadonlyArray<Prompt.PartEncoded> = content
    for (const part of parts) if (part.type === "tool-call" && part.providerExecuted !== true) calls.add(part.id)
    if (role === "user") return parts.length > 0
    return role === "assistant" &&
      parts.some((part) =>
        ((part.type === "text" || part.type === "reasoning") && part.text !== "") ||
        (part.type === "tool-call" && part.providerExecuted !== true)
      )
  })
  const last = filled.findLast(({ role }) => role !== "system")
  if (last === undefined) return false
  if (last.role !== "assistant" || filled.at(-1)?.role !== "system") return true
  return typeof last.content !== "string" &&
    last.content.some((part) => part.type === "tool-call" && part.providerExecuted !== true)
}

/** What Mistral's API refuses in messages. Core checks some of it, too. */
const problems = (messages: ReadonlyArray<SentMessage>): ReadonlyArray<string> => {
  const found: Array<string> = []
  let waiting: Array<string> = []
  const seen = new Set<string>()
  messages.forEach((message, at) => {
    const before = messages[at - 1]?.role
    const calls = message.tool_calls ?? []
    if (message.role === "tool") {
      if (before !== "tool" && before !== "assistant") found.push(`${at}: a result after ${before}`)
      if (message.tool_call_id !== waiting.shift()) found.push(`${at}: a result that is not that of the next call`)
    } else {
      if (waiting.length > 0) found.push(`${at}: ${waiting.length} calls without a result`)
      if (before === "tool" && message.role !== "assistant") found.push(`${at}: ${message.role} after a result`)
      if (before === "assistant" && message.role === "assistant") found.push(`${at}: two assistant messages`)
      waiting = calls.map(({ id }) => id)
    }
    for (const { function: { name }, id } of calls) {
      if (!/^[A-Za-z0-9]{9}$/.test(id)) found.push(`${at}: the id ${id}`)
      if (seen.has(id)) found.push(`${at}: the id ${id} again`)
      if (!/^[\w-]{1,64}$/.test(name)) found.push(`${at}: the name ${name}`)
      seen.add(id)
    }
    const isEmpty = message.content === "" || (Array.isArray(message.content) && message.content.length === 0)
    if (message.role === "assistant" && isEmpty && calls.length === 0) found.push(`${at}: nothing in it`)
    if (message.prefix !== undefined && at < messages.length - 1) found.push(`${at}: a prefix that is not the last`)
  })
  if (waiting.length > 0) found.push("calls without a result at the end")
  const last = messages.at(-1)
  const isOpen = last?.role === "user" || last?.role === "tool" || last?.prefix === true
  return isOpen ? found : [...found, `${last?.role} at the end`]
}
