/** The numbers and operations of `docs/retries-and-timeouts.md` are those of the client. */
import { BatchEndpoint } from "@effect-mistral/batch"
import { Chat } from "@effect-mistral/chat"
import { Endpoint, MistralClient, RequestOptions } from "@effect-mistral/core"
import { ObservabilityEndpoint } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { page } from "./documents/page.ts"

const retries = page("retries-and-timeouts.md")

describe("the table of defaults", () => {
  const defaults = Object.fromEntries(
    retries.table("Defaults").map(([option, value, meaning]) => [option!.replaceAll("`", ""), [value!, meaning!]])
  )
  const { retry, timeout } = RequestOptions.defaults

  for (const [limit, duration] of Object.entries(timeout)) {
    it(`has the time limit ${limit}`, () => assert.strictEqual(defaults[`timeout.${limit}`]?.[0], written(duration)))
  }

  it("has the limits of the retry policy", () => {
    assert.strictEqual(defaults["retry.maxRetryAfter"]?.[0], written(retry.maxRetryAfter))
    assert.strictEqual(defaults["retry.maxElapsed"]?.[0], written(retry.maxElapsed))
    assert.strictEqual(defaults["retry.while"]?.[0], "`error.isRetryable`")
    assert.lengthOf(Object.keys(defaults), Object.keys(timeout).length + 4)
  })

  it.effect("has the delays of the schedule, and how much they differ at random", () =>
    Effect.gen(function*() {
      const [value = "", meaning = ""] = defaults["retry.schedule"]!
      const delays = value.match(/[\d.]+/g)!.map(Number)
      const share = Number(/(\d+) %/.exec(meaning)?.[1]) / 100
      assert.include(meaning, `at most ${delays.length} retries`)
      const times: Array<number> = []
      const refusing = ScriptedHttpClient.layer(() => {
        times.push(seconds())
        return ScriptedHttpClient.text("No", { status: 500 })
      })
      const clock = yield* Clock.Clock
      const seconds = () => clock.currentTimeMillisUnsafe() / 1000
      const call = Effect.flip(Chat.complete({ model: "m", messages: [{ role: "user", content: "Hi" }] })).pipe(
        Effect.provide(Chat.layer.pipe(Layer.provide(MistralClient.layer({})), Layer.provide(refusing)))
      )
      const waits: Array<ReadonlyArray<number>> = []
      for (let run = 0; run < 60; run++) {
        times.length = 0
        const fiber = yield* Effect.forkChild(call, { startImmediately: true })
        yield* TestClock.adjust("20 seconds")
        yield* Fiber.join(fiber)
        waits.push(times.slice(1).map((time, at) => time - times[at]!))
      }
      for (const [at, delay] of delays.entries()) {
        const all = waits.map((waits) => waits[at]!)
        assert.isAtLeast(Math.min(...all), delay * (1 - share) - 0.001)
        assert.isAtMost(Math.max(...all), delay * (1 + share) + 0.001)
        // The whole range is used.
        assert.isBelow(Math.min(...all), delay * (1 - share / 2))
        assert.isAbove(Math.max(...all), delay * (1 + share / 2))
      }
      assert.deepStrictEqual([...new Set(waits.map(({ length }) => length))], [delays.length])
    }))
})

describe("the table of idempotent operations", () => {
  const rows = retries.table("Idempotent operations")
  const namesOf = (retryable: string) =>
    new Set(rows.find(([name]) => name === `\`${retryable}\``)?.[2]!.match(/(?<=`)[A-Z]\w+\.\w+(?=`)/g))

  it("has a row for each kind", () => {
    assert.deepStrictEqual(rows.map(([name]) => name), ["`always`", "`beforeFirstByte`", "`ifRejected`"])
  })

  for (const retryable of ["always", "beforeFirstByte", "ifRejected"] as const) {
    it(`names the operations of core and batch that are retried: ${retryable}`, () => {
      const expected = endpointsOf(Endpoint, BatchEndpoint).filter((endpoint) => endpoint.retryable === retryable)
      assert.deepStrictEqual([...namesOf(retryable)].sort(), expected.map(({ name }) => name).sort())
    })
  }

  it("says of the observability API which of its operations are which", () => {
    const endpoints = endpointsOf(ObservabilityEndpoint)
    assert.isAbove(endpoints.length, 30)
    for (const { method, name, retryable } of endpoints) {
      const expected = /\.(create|import)/i.test(name) ? "ifRejected" : /judge/i.test(name.split(".")[1]!)
        ? "beforeFirstByte"
        : "always"
      assert.strictEqual(retryable, expected, `${method} ${name}`)
    }
  })
})

interface Operation {
  readonly name: string
  readonly method: string
  readonly retryable: Endpoint.Retryable
}

/** The endpoints that modules export, by themselves or in groups. */
const endpointsOf = (...modules: ReadonlyArray<object>): ReadonlyArray<Operation> =>
  modules.flatMap((value) =>
    isOperation(value)
      ? [value]
      : endpointsOf(...Object.values(value).filter((part) => typeof part === "object" && part !== null))
  )

const isOperation = (value: object): value is Operation => "retryable" in value

/** A time as the page writes it. */
const written = (duration: Duration.Duration): string => {
  if (!Duration.isFinite(duration)) return "none"
  const minutes = Duration.toMinutes(duration)
  return minutes === 1 ? "1 minute" : `${minutes} minutes`
}
