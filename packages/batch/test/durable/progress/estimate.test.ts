import { Batch, BatchProgress } from "@effect-mistral/batch"
import { Completion } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { estimateTokens } from "../../../src/internal/progress/estimateTokens.ts"
import { textHash } from "../../../src/internal/progress/textHash.ts"

describe("the estimate of a batch", () => {
  it.effect("counts items, and those with the prompt of an earlier one", () =>
    Effect.gen(function*() {
      const items = ["one", "two", "one", "three", "one"]
      assert.deepInclude(yield* BatchProgress.estimate(echo, items), { items: 5, identical: 2, requests: 3 })
      const all = yield* BatchProgress.estimate(echo, items, { askIdentical: true })
      assert.deepInclude(all, { items: 5, identical: 0, requests: 5 })
    }))

  it.effect("counts the prompts of identical items once", () =>
    Effect.gen(function*() {
      const once = yield* BatchProgress.estimate(echo, ["hello"])
      const thrice = yield* BatchProgress.estimate(echo, ["hello", "hello", "hello"])
      assert.isAbove(once.promptTokens, 0)
      assert.strictEqual(thrice.promptTokens, once.promptTokens)
    }))

  it.effect("reads a stream of items as an iterable", () =>
    Effect.gen(function*() {
      const items = Array.from({ length: 10_000 }, (_, index) => `item ${index % 6000}`)
      const ofStream = yield* BatchProgress.estimate(echo, Stream.fromIterable(items))
      assert.deepStrictEqual(ofStream, yield* BatchProgress.estimate(echo, items))
      assert.strictEqual(ofStream.requests, 6000)
    }))

  it.effect("takes max_tokens for the tokens of each answer, unless a mean is given", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* BatchProgress.estimate(echo, ["one", "two"])).completionTokens, 200)
      const mean = yield* BatchProgress.estimate(echo, ["one", "two"], { completionTokens: 12.5 })
      assert.strictEqual(mean.completionTokens, 25)
      assert.strictEqual((yield* BatchProgress.estimate(twoAnswers, ["one", "two"])).completionTokens, 400)
    }))

  it.effect("has no cost where the tokens of the answers are not known", () =>
    Effect.gen(function*() {
      const estimate = yield* BatchProgress.estimate(unlimited, ["one"], { rates: { prompt: 1, completion: 1 } })
      assert.deepInclude(estimate, { completionTokens: undefined, cost: undefined })
      assert.isAbove(estimate.promptTokens, 0)
    }))

  it.effect("has the cost at the rates", () =>
    Effect.gen(function*() {
      const estimate = yield* BatchProgress.estimate(echo, ["one", "two"], { rates: { prompt: 0, completion: 6 } })
      assert.closeTo(estimate.cost!, 200 * 6 / 1e6, 1e-12)
      assert.strictEqual((yield* BatchProgress.estimate(echo, ["one"])).cost, undefined)
    }))

  it.effect("takes as long as the tightest of the limits makes it", () =>
    Effect.gen(function*() {
      const items = Array.from({ length: 120 }, (_, index) => String(index))
      const duration = (options: BatchProgress.EstimateOptions) =>
        Effect.map(BatchProgress.estimate(echo, items, options), ({ duration }) => duration)
      assert.strictEqual(yield* duration({}), undefined)
      assert.strictEqual(yield* duration({ requestsPerMinute: 60 }), 120_000)
      assert.strictEqual(yield* duration({ requestsPerMinute: 60, millis: 4000, concurrency: 2 }), 240_000)
      assert.isAbove((yield* duration({ requestsPerMinute: 60, tokensPerMinute: 1000 }))!, 12_000 * 60)
    }))

  it.effect("of no items is zero", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* BatchProgress.estimate(echo, [], { rates: { prompt: 1, completion: 1 }, requestsPerMinute: 1 }),
        { items: 0, identical: 0, requests: 0, promptTokens: 0, completionTokens: 0, cost: 0, duration: 0 }
      )
    }))

  it.effect("names an item that does not fit the schema", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(BatchProgress.estimate(echo, ["one", "a".repeat(30)]))
      assert.strictEqual(error._tag, "InvalidItem")
      assert.deepInclude(error, { id: "echo", index: 1 })
      assert.notInclude(error.message, "aaaa")
    }))

  it.effect("fails where no request can be made of an item", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(BatchProgress.estimate(echo, ["throw"]))
      assert.strictEqual(error._tag, "RequestFailed")
    }))

  it.effect("fails as the items fail", () =>
    Effect.gen(function*() {
      const items = Stream.concat(Stream.make("one"), Stream.fail("no file"))
      assert.strictEqual(yield* Effect.flip(BatchProgress.estimate(echo, items)), "no file")
    }))
})

describe("the tokens of a prompt", () => {
  it("are one for four Latin characters", () => {
    const text = "The train to Lyon was late again, and nobody at the station could say why. ".repeat(10)
    assert.closeTo(estimateTokens(chat(text)), text.length / 4, 10)
  })

  it("are more for letters with accents, and one for a character without an alphabet", () => {
    assert.isAbove(estimateTokens(chat("éèàü".repeat(25))), estimateTokens(chat("eeau".repeat(25))))
    assert.closeTo(estimateTokens(chat("列车".repeat(50))), 100, 10)
  })

  it("do not grow with the settings of a request", () => {
    const request = chat("hello")
    assert.strictEqual(
      estimateTokens({ ...request, temperature: 0.5, max_tokens: 100_000, stop: ["a long text"] }),
      estimateTokens(request)
    )
  })

  it("grow with tools, and with each message", () => {
    const request = chat("hello")
    const tools = [{ type: "function", function: { name: "get_weather", parameters: { type: "object" } } }]
    assert.isAbove(estimateTokens({ ...request, tools }), estimateTokens(request))
    const { messages } = request
    assert.isAbove(estimateTokens({ messages: [...messages, ...messages] }), estimateTokens(request))
  })

  it("are one for three characters of tools and schemas", () => {
    const response_format = { type: "json_schema", json_schema: { name: "label", schema: { type: "object" } } }
    const added = estimateTokens({ ...chat("hello"), response_format }) - estimateTokens(chat("hello"))
    assert.closeTo(added, JSON.stringify(response_format).length / 3, 1)
    assert.strictEqual(estimateTokens({ ...chat("hello"), response_format: null }), estimateTokens(chat("hello")))
  })

  it("of an image do not grow with its bytes", () => {
    const image = (bytes: number) =>
      estimateTokens({
        messages: [{ role: "user", content: [{ type: "image_url", image_url: `data:${"A".repeat(bytes)}` }] }]
      })
    assert.strictEqual(image(100), image(1_000_000))
    assert.isAbove(image(100), 500)
  })

  it("of an embedding request are those of its input", () => {
    assert.strictEqual(estimateTokens({ model: "mistral-embed", input: ["a".repeat(40), "b".repeat(40)] }), 20)
  })
})

describe("the number of a text", () => {
  it("is another one for each of 100,000 similar texts", () => {
    const numbers = new Set(Array.from({ length: 100_000 }, (_, index) => textHash(`Is ${index} a prime number?`)))
    assert.strictEqual(numbers.size, 100_000)
  })

  it("is a safe integer", () => {
    for (const text of ["", "a", "\uffff".repeat(100)]) assert.isTrue(Number.isSafeInteger(textHash(text)))
  })
})

const chat = (content: string) => ({ model: "mistral-small-latest", messages: [{ role: "user", content }] })

const message = (content: string) => [{ role: "user" as const, content }]

const options = {
  item: Schema.String.check(Schema.isMaxLength(20)),
  answer: Schema.String,
  read: Completion.text
}

const model = "mistral-small-latest"

const echo = Batch.make({
  ...options,
  name: "echo",
  request: (content) => {
    if (content === "throw") throw new Error(content)
    return { model, messages: message(content), max_tokens: 100 }
  }
})

const twoAnswers = Batch.make({
  ...options,
  name: "two answers",
  request: (content) => ({ model, messages: message(content), max_tokens: 100, n: 2 })
})

const unlimited = Batch.make({
  ...options,
  name: "unlimited",
  request: (content) => ({ model, messages: message(content) })
})
