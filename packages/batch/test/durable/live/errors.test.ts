/** What follows from each error: how often an item is asked, whether it fails or pauses the batch, and what may be paid. */
import { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { answered, errorOf, numberOf, runPart, TestPart } from "./support.ts"

const position = { chunks: 0 }
const html = { status: 200, description: "an HTML page", issues: [], ...position }
const { minutes } = Duration

/** Errors that each request of an item has, with the requests that it costs with three attempts. */
const failing: Readonly<
  Record<string, { reason: MistralError.MistralErrorReason; asked: number; doubtful: number }>
> = {
  "a rate limit": { reason: new MistralError.RateLimited({ status: 429 }), asked: 3, doubtful: 0 },
  "a lack of capacity": { reason: new MistralError.CapacityExceeded({ status: 429 }), asked: 3, doubtful: 0 },
  "500": { reason: new MistralError.ServerError({ status: 500 }), asked: 3, doubtful: 3 },
  "502": { reason: new MistralError.ServerError({ status: 502 }), asked: 3, doubtful: 3 },
  "503": { reason: new MistralError.ServerError({ status: 503 }), asked: 3, doubtful: 0 },
  "504": { reason: new MistralError.ServerError({ status: 504 }), asked: 3, doubtful: 3 },
  "501": { reason: new MistralError.ServerError({ status: 501 }), asked: 1, doubtful: 0 },
  "500 for a prompt that is too long": {
    reason: new MistralError.ServerError({ status: 500, serverMessage: "The prompt is too long" }),
    asked: 1,
    doubtful: 0
  },
  "no first byte in time": {
    reason: new MistralError.Timeout({ phase: "firstByte", duration: minutes(5), ...position }),
    asked: 3,
    doubtful: 3
  },
  "a request that took longer than its total limit": {
    reason: new MistralError.Timeout({ phase: "total", duration: minutes(5), ...position }),
    asked: 3,
    doubtful: 3
  },
  "a connection that was reset": {
    reason: new MistralError.ConnectionFailed({ description: "read ECONNRESET" }),
    asked: 3,
    doubtful: 3
  },
  "a response that broke off": {
    reason: new MistralError.ConnectionLost({ description: "terminated", ...position }),
    asked: 3,
    doubtful: 3
  },
  "a generation that failed": {
    reason: new MistralError.GenerationFailed({ choice: 0, ...position }),
    asked: 3,
    doubtful: 3
  },
  "text that is not JSON": {
    reason: new MistralError.InvalidResponse({ kind: "json", ...html }),
    asked: 1,
    doubtful: 1
  },
  "JSON of another form": {
    reason: new MistralError.InvalidResponse({ kind: "schema", ...html }),
    asked: 1,
    doubtful: 1
  },
  "400": { reason: new MistralError.BadRequest({ status: 400 }), asked: 1, doubtful: 0 },
  "408": { reason: new MistralError.BadRequest({ status: 408 }), asked: 3, doubtful: 0 },
  "422": { reason: new MistralError.Validation({ status: 422, issues: [] }), asked: 1, doubtful: 0 },
  "a guardrail": { reason: new MistralError.GuardrailViolation({ status: 403 }), asked: 1, doubtful: 0 },
  "a request that is not valid, so that nothing is sent": {
    reason: new MistralError.InvalidRequest({ issues: [] }),
    asked: 0,
    doubtful: 0
  },
  "429 for a prompt that is too long": {
    reason: new MistralError.RateLimited({ status: 429, serverMessage: "context length exceeded" }),
    asked: 1,
    doubtful: 0
  }
}

/** Errors that pause the batch, with the tries before it and the requests that were sent. */
const pausing: Readonly<
  Record<string, { reason: MistralError.MistralErrorReason; tries: number; evenLater: boolean }>
> = {
  "401": { reason: new MistralError.Authentication({ status: 401 }), tries: 1, evenLater: true },
  "403": { reason: new MistralError.PermissionDenied({ status: 403 }), tries: 1, evenLater: true },
  "402": { reason: new MistralError.BadRequest({ status: 402 }), tries: 1, evenLater: true },
  "a used-up quota": {
    reason: new MistralError.RateLimited({ status: 429, code: "insufficient_quota" }),
    tries: 1,
    evenLater: true
  },
  "404": { reason: new MistralError.NotFound({ status: 404 }), tries: 1, evenLater: false },
  "a redirect": { reason: new MistralError.BadRequest({ status: 302 }), tries: 1, evenLater: false },
  "an HTML page": {
    reason: new MistralError.InvalidResponse({ kind: "contentType", ...html }),
    tries: 1,
    evenLater: false
  },
  "no API key": { reason: new MistralError.ApiKeyUnavailable({ description: "no vault" }), tries: 3, evenLater: true },
  "a server that refuses connections": {
    reason: new MistralError.ConnectionFailed({ description: "connect ECONNREFUSED 127.0.0.1:443" }),
    tries: 3,
    evenLater: true
  },
  "an unknown host": {
    reason: new MistralError.ConnectionFailed({ description: "getaddrinfo ENOTFOUND api.mistral.test" }),
    tries: 3,
    evenLater: true
  },
  "an open circuit breaker": {
    reason: new MistralError.ConnectionFailed({ description: "CircuitOpen", circuitOpen: true }),
    tries: 3,
    evenLater: true
  }
}

/** Each request of item 0 fails. The others are answered. */
const runFailing = Effect.fnUntraced(function*(reason: MistralError.MistralErrorReason, part: TestPart) {
  const sent: Array<number> = []
  const fiber = yield* Effect.forkChild(runPart(part, (request) => {
    sent.push(numberOf(request))
    return numberOf(request) === 0 ? Effect.fail(errorOf(reason)) : Effect.succeed(answered(numberOf(request)))
  }))
  yield* TestClock.adjust("10 minutes")
  return { sent, exit: yield* Fiber.await(fiber) }
})

describe("an item whose requests end with", () => {
  for (const [name, { asked, doubtful, reason }] of Object.entries(failing)) {
    it.effect(`${name} is asked ${asked} times, fails, and may be paid ${doubtful} times`, () =>
      Effect.gen(function*() {
        const part = new TestPart({ count: 2, settings: { maxAttempts: 3 } })
        const { exit, sent } = yield* runFailing(reason, part)
        assert.isTrue(Exit.isSuccess(exit))
        assert.deepInclude(part.outcome(0), { failed: true, asked, doubtful, promptTokens: 0, completionTokens: 0 })
        assert.deepStrictEqual(part.failure(0), errorOf(reason))
        assert.strictEqual(sent.filter((n) => n === 0).length, Math.max(1, asked))
        assert.deepInclude(part.outcome(1), { failed: false, asked: 1, doubtful: 0 })
        assert.deepStrictEqual([part.pauses, part.unsettled.requests], [[], 0])
      }))
  }
})

describe("a batch of which nothing was answered is paused", () => {
  for (const [name, { reason, tries }] of Object.entries(pausing)) {
    it.effect(`by ${name}, after ${tries} requests, and the item stays open`, () =>
      Effect.gen(function*() {
        const part = new TestPart({ count: 1, settings: { maxAttempts: 3 } })
        const { exit, sent } = yield* runFailing(reason, part)
        assert.isTrue(Exit.isFailure(exit))
        assert.deepStrictEqual(part.pauses, [errorOf(reason).message])
        assert.strictEqual(sent.length, tries)
        assert.deepStrictEqual([part.written, part.unsettled.requests], [[], 0])
      }))
  }
})

describe("a batch that has answers already", () => {
  for (const [name, { evenLater, reason }] of Object.entries(pausing)) {
    it.effect(`${evenLater ? "is paused" : "goes on, and the item fails"} by ${name}`, () =>
      Effect.gen(function*() {
        const part = new TestPart({ count: 1, settings: { maxAttempts: 3 }, answered: 5 })
        const { exit } = yield* runFailing(reason, part)
        assert.strictEqual(part.pauses.length, evenLater ? 1 : 0)
        assert.strictEqual(part.written.length, evenLater ? 0 : 1)
        assert.strictEqual(Exit.isFailure(exit), evenLater)
        assert.isTrue(evenLater || part.outcome(0).failed)
      }))
  }

  it.effect("counts an answer of the same part", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 2, permits: 1 })
      yield* runPart(part, (request) =>
        numberOf(request) === 0
          ? Effect.succeed(answered(0))
          : Effect.fail(errorOf(new MistralError.NotFound({ status: 404 }))))
      assert.deepStrictEqual(part.written.map(({ failed, seq }) => [seq, failed]), [[0, false], [1, true]])
    }))
})

describe("an item", () => {
  it.effect("fails where its call throws, and counts as perhaps paid", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 2 })
      yield* runPart(part, (request) =>
        numberOf(request) === 0 ? Effect.die(new TypeError("the prompt")) : Effect.succeed(answered(1)))
      assert.deepInclude(part.outcome(0), { failed: true, asked: 1, doubtful: 1 })
      assert.notInclude(part.outcome(0).body, "the prompt")
      assert.include(part.outcome(0).body, "TypeError")
      assert.isFalse(part.outcome(1).failed)
    }))

  it.effect("fails at once where no answer can be read out of its response, whose tokens count", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      // A response without choices makes `read` throw.
      yield* runPart(part, () => Effect.succeed({ usage: { prompt_tokens: 7, completion_tokens: 3 } }))
      assert.deepInclude(part.outcome(0), { failed: true, asked: 1, doubtful: 0, promptTokens: 7, completionTokens: 3 })
      assert.strictEqual(part.failure(0)._tag, "AnswerFailed")
    }))

  it.effect("is asked once with maxAttempts of 1", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, settings: { maxAttempts: 1 } })
      const { sent } = yield* runFailing(new MistralError.RateLimited({ status: 429 }), part)
      assert.strictEqual(sent.length, 1)
      assert.isTrue(part.outcome(0).failed)
    }))

  it.effect("is asked four times unless the batch says otherwise", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const { sent } = yield* runFailing(new MistralError.RateLimited({ status: 429 }), part)
      assert.strictEqual(sent.length, 4)
    }))
})
