/**
 * Time limits while the system's clock is set forward and back: they are measured in monotonic time, on the live clock.
 */
import {
  Endpoint,
  MistralClient,
  type MistralError,
  type RequestOptions,
  RetryPolicy,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Redacted, Schedule, Stream } from "effect"

const hour = 3_600_000

const eventStream = { "content-type": "text/event-stream" }

const event = `data: ${JSON.stringify(TestCompletion.chunks("a")[0])}\n\n`

/** Streams that stall: each expires by the limit that it is named after. */
const stalled: Record<MistralError.Timeout["phase"], ScriptedHttpClient.Answer> = {
  firstByte: ScriptedHttpClient.bytes([], { headers: eventStream, ending: "hang" }),
  idle: ScriptedHttpClient.bytes([event], { headers: eventStream, ending: "hang" }),
  nextEvent: ScriptedHttpClient.bytes([event, ": wait\n\n"], { headers: eventStream, ending: "hang" }),
  total: ScriptedHttpClient.bytes([event], { headers: eventStream, ending: "hang" })
}

const steps: Record<string, number> = { "back": -hour, "forward": hour }

// Fake timers stand in for those of the live clock. Setting the time of day moves `Date`, and not `performance.now`.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance", "setTimeout", "clearTimeout"] })
  vi.spyOn(process.hrtime, "bigint").mockImplementation(() => BigInt(Math.round(performance.now() * 1e6)))
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe("a time limit, where the system's clock is set", () => {
  for (const phase of ["firstByte", "idle", "nextEvent", "total"] as const) {
    for (const [direction, step] of Object.entries(steps)) {
      it(`${direction}, holds for the present call and for later ones: ${phase}`, async () => {
        const run = client(() => stalled[phase])
        await expiresAfter(run(phase), 1000, [phase, 1000], () => vi.setSystemTime(Date.now() + step))
        await expiresAfter(run(phase), 1000, [phase, 1000])
        await expiresAfter(run(phase), 1000, [phase, 1000], () => vi.setSystemTime(Date.now() - step))
        await expiresAfter(run(phase), 1000, [phase, 1000])
      })
    }
  }
})

describe("the time that retries may take, where the system's clock is set", () => {
  for (const [direction, step] of Object.entries(steps)) {
    it(`${direction}, is measured in monotonic time`, async () => {
      let requests = 0
      const run = client(() => {
        requests++
        vi.setSystemTime(Date.now() + step)
        return ScriptedHttpClient.json({}, { status: 503 })
      }, { retry: RetryPolicy.make({ schedule: Schedule.spaced("1 second"), maxElapsed: "3 seconds" }) })
      await expiresAfter(run("total", "10 seconds"), 3000, ["ServerError"])
      assert.strictEqual(requests, 4)
    })
  }
})

describe("an access token, where the system's clock is set", () => {
  for (const [direction, step] of Object.entries(steps)) {
    it(`${direction}, is fetched again in time`, async () => {
      let fetched = 0
      const token = VertexAi.untilExpired(Effect.sync(() => ({
        token: Redacted.make(String(++fetched)),
        expiresAt: DateTime.makeUnsafe(Date.now() + hour)
      })))
      await Effect.runPromise(token)
      vi.setSystemTime(Date.now() + step)
      await Effect.runPromise(token)
      assert.strictEqual(fetched, step < 0 ? 1 : 2)
      await vi.advanceTimersByTimeAsync(hour - 60_001)
      await Effect.runPromise(token)
      assert.strictEqual(fetched, step < 0 ? 1 : 2)
      await vi.advanceTimersByTimeAsync(1)
      await Effect.runPromise(token)
      assert.strictEqual(fetched, step < 0 ? 2 : 3)
    })
  }
})

/** Runs streams over a script on the live clock. Each ends with the limit that expired, or another reason. */
const client = (script: () => ScriptedHttpClient.Answer, options?: RequestOptions.RequestOptions) => {
  const layer = MistralClient.layer({ apiKey: Redacted.make("key"), retry: RetryPolicy.none, ...options }).pipe(
    Layer.provide(ScriptedHttpClient.layer(script))
  )
  return (phase: MistralError.Timeout["phase"], limit: Duration.Input = "1 second"): Promise<unknown> =>
    MistralClient.MistralClient.use((client) =>
      Effect.flip(Stream.runDrain(
        client.stream(Endpoint.chat.stream, { model: "m", messages: [{ role: "user", content: "Hi" }] }, {
          timeout: { [phase]: limit }
        })
      ))
    ).pipe(
      Effect.map(({ reason }) =>
        reason._tag === "Timeout" ? [reason.phase, Duration.toMillis(reason.duration)] : [reason._tag]
      ),
      Effect.provide(layer),
      Effect.runPromise
    )
}

/** The call must wait until just before a time, and have ended at it. The clock is set while it waits. */
const expiresAfter = async (call: Promise<unknown>, millis: number, end: unknown, setClock?: () => void) => {
  let outcome: unknown
  void call.then((ended) => outcome = ended)
  await vi.advanceTimersByTimeAsync(millis / 2)
  setClock?.()
  await vi.advanceTimersByTimeAsync(millis / 2 - 1)
  assert.isUndefined(outcome)
  await vi.advanceTimersByTimeAsync(2)
  assert.deepStrictEqual(outcome, end)
}
