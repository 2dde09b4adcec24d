import { assert, describe, it } from "@effect/vitest"
import {
  type GeneratedChoice,
  truncatedChoice,
  withToolCalls
} from "../../src/internal/completion/generatedCompletion.ts"
import { tokenBudgetFor, unlimitedBudget } from "../../src/internal/completion/tokenBudget.ts"
import { ErrorResponse } from "../../src/internal/http/errorResponse.ts"
import { countTokens } from "../../src/internal/text/tokenizer.ts"

const text = "One two three four five"

const choiceOf = (tokens: number, more: Partial<Parameters<typeof truncatedChoice>[0]> = {}): GeneratedChoice =>
  truncatedChoice({ index: 0, text, budget: { tokens, finishReason: "length" }, stop: null, ...more })

const said = ({ text }: GeneratedChoice) => text.join("")

describe("a choice", () => {
  it("is whole where the budget is enough, and ends with the reason of the budget where it is not", () => {
    assert.deepInclude(choiceOf(countTokens(text)), { finishReason: "stop", tokens: countTokens(text) })
    assert.deepInclude(choiceOf(2), { finishReason: "length", tokens: 2 })
    assert.strictEqual(said(choiceOf(2)), "One two")
  })

  it("counts its thinking first", () => {
    const choice = choiceOf(3, { thinking: ["a", "b"] })
    assert.deepStrictEqual([choice.thinking, said(choice), choice.tokens], [["a", "b"], "One", 3])
    assert.deepInclude(choiceOf(1, { thinking: ["a", "b"] }), { thinking: ["a"], text: [], finishReason: "length" })
  })

  it("ends before the first stop text, inside a token too, and not before its minimum", () => {
    assert.strictEqual(said(choiceOf(9, { stop: ["four", " thr"] })), "One two")
    assert.strictEqual(said(choiceOf(9, { stop: "hree" })), "One two t")
    assert.strictEqual(said(choiceOf(9, { stop: "One", minimum: 1 })), text)
    assert.strictEqual(said(choiceOf(9, { stop: "" })), text)
    assert.strictEqual(choiceOf(9, { stop: "two" }).finishReason, "stop")
  })

  it("counts predicted tokens as far as they are sent", () =>
    assert.deepInclude(choiceOf(2, { predicted: true }), { predicted: 2, tokens: 2 }))
})

describe("tool calls", () => {
  const call = { id: "abcdefghi", function: { name: "add", arguments: "{\"a\":1}" } }
  const size = countTokens("add") + countTokens(call.function.arguments)
  const empty = truncatedChoice({ index: 0, text: "", budget: unlimitedBudget, stop: null })

  it("follow the text, and count", () =>
    assert.deepInclude(withToolCalls(empty, [call], unlimitedBudget), {
      calls: [call],
      finishReason: "tool_calls",
      tokens: size
    }))

  it("are truncated in their arguments, or left out, where the budget ends", () => {
    const truncated = withToolCalls(empty, [call], { tokens: size - 1, finishReason: "length" })
    assert.strictEqual(truncated.finishReason, "length")
    assert.strictEqual(truncated.tokens, size - 1)
    assert.isTrue(call.function.arguments.startsWith(truncated.calls[0]?.function.arguments ?? "?"))
    assert.notStrictEqual(truncated.calls[0]?.function.arguments, call.function.arguments)
    assert.deepInclude(withToolCalls(empty, [call], { tokens: 0, finishReason: "length" }), { calls: [], tokens: 0 })
  })

  it("do not follow a text that was truncated", () => {
    const choice = choiceOf(1)
    assert.strictEqual(withToolCalls(choice, [call], unlimitedBudget), choice)
  })
})

describe("the token budget", () => {
  const model = { context: 100 }

  it("is max_tokens, or what is left of the context where that is less", () => {
    assert.deepStrictEqual(tokenBudgetFor(model, { prompt: 90, maxTokens: 5 }), { tokens: 5, finishReason: "length" })
    assert.deepStrictEqual(tokenBudgetFor(model, { prompt: 90, maxTokens: 10 }), { tokens: 10, finishReason: "length" })
    assert.deepStrictEqual(tokenBudgetFor(model, { prompt: 90, maxTokens: null }), {
      tokens: 10,
      finishReason: "model_length"
    })
  })

  it("is an error where prompt and prediction exceed the context", () => {
    assert.notInstanceOf(tokenBudgetFor(model, { prompt: 90, draft: 10, maxTokens: 1 }), ErrorResponse)
    assert.instanceOf(tokenBudgetFor(model, { prompt: 90, draft: 11, maxTokens: 1 }), ErrorResponse)
  })
})
