/**
 * The client in Chromium: a page, a worker and a service worker run the checks of all runtimes against the emulator, under a
 * Content-Security-Policy that allows no `eval`.
 */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { hello } from "../runtimes/expect.ts"
import { script } from "../runtimes/script.ts"
import { hasChromium, layerChromium, newPage } from "./chromium.ts"
import { names, places } from "./client/program.ts"
import { emulated, openSite, runIn, Site } from "./client/site.ts"

/**
 * An emulator whose responses the pages of the site may read. Its tokens come one by one: a service worker, like Bun, loses what
 * came right before a connection broke.
 */
const emulatorFor = (options?: Emulator.Options) =>
  Layer.unwrap(
    Effect.map(Site, (origin) =>
      Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: 40, cors: [origin], script, ...options }))
  )

/** Waits until the emulator has no request in progress, and gives how many are left. */
const closed = Effect.flatMap(Emulator.Emulator, ({ active }) =>
  Effect.repeat(active, {
    schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 100 })),
    until: (active) => active === 0
  }))

/** Chromium writes a line for every response with an error status and every connection that breaks: those are no errors of scripts. */
const ofScripts = (complaints: ReadonlyArray<string>) =>
  complaints.filter((text) => !text.startsWith("Failed to load resource"))

const describeIf = hasChromium ? describe : describe.skip

describeIf("the client in Chromium", () => {
  layer(Layer.merge(layerChromium, Site.layer), { timeout: "1 minute", excludeTestServices: true })((it) => {
    for (const place of places) {
      it.effect(`passes the checks of all runtimes in a ${place}`, () =>
        Effect.gen(function*() {
          const { complaints, page } = yield* newPage()
          yield* openSite(page)
          const server = yield* emulated
          const outcomes: Record<string, unknown> = {}
          for (const name of names) outcomes[name] = yield* runIn(page, place, name, server)
          assert.deepStrictEqual(outcomes, Object.fromEntries(names.map((name) => [name, null])))
          assert.isAbove(Object.keys(outcomes).length, 25)
          assert.strictEqual(yield* closed, 0, "every request that was stopped early is closed")
          assert.deepStrictEqual(ofScripts(complaints), [])
        }).pipe(Effect.provide(emulatorFor()), Effect.timeout("3 minutes")), 200_000)
    }

    it.effect("streams, and reads status, request id and rate limits, with no word in the console", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* newPage()
        yield* openSite(page)
        const server = yield* emulated
        const { rateLimits, requestId, status, texts } = Object(
          yield* runIn(page, "page", "a stream with its response", server)
        )
        assert.strictEqual(texts.join(""), hello)
        assert.isAbove(texts.length, 3)
        assert.strictEqual(status, 200)
        assert.match(requestId, /^[\da-f-]{36}$/)
        assert.include(rateLimits, "x-ratelimit-limit-req-minute")
        const painter = { name: "Claude Monet", born: 1840 }
        assert.deepStrictEqual(yield* runIn(page, "page", "an object of a page", server), painter)
        const grown = Object(yield* runIn(page, "page", "an object that grows of a page", server))
        assert.deepStrictEqual(grown.last, painter)
        assert.isAbove(grown.partial, 1)
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(emulatorFor({ requestsPerMinute: 100 }))))

    it.effect("runs where the policy of the page refuses to evaluate a text as code", () =>
      Effect.gen(function*() {
        const { page } = yield* newPage()
        yield* openSite(page)
        const server = yield* emulated
        for (const place of places) {
          assert.strictEqual(yield* runIn(page, place, "evaluation of a text as code", server), "EvalError")
        }
      }).pipe(Effect.provide(emulatorFor())))

    it.effect("says the status, the reason and the request id of an error", () =>
      Effect.gen(function*() {
        const { page } = yield* newPage()
        yield* openSite(page)
        const server = yield* emulated
        const wrongKey = Object(yield* runIn(page, "page", "a call with a wrong key", server))
        assert.deepInclude(wrongKey, { tag: "Authentication", status: 401, isRetryable: false })
        assert.match(wrongKey.requestId, /^[\da-f-]{36}$/)
        const { faults } = yield* Emulator.Emulator
        yield* faults.arm({ fault: { type: "status", status: 503 } })
        const refused = Object(yield* runIn(page, "page", "a failed call", server))
        assert.deepInclude(refused, { tag: "CapacityExceeded", status: 503, isRetryable: true })
        assert.match(refused.requestId, /^[\da-f-]{36}$/)
      }).pipe(Effect.provide(emulatorFor())))

    const ended: ReadonlyArray<readonly [way: string, name: string, expected: unknown]> = [
      ["the program has read enough of it", "a stream that is left after its first chunk", 1],
      ["an AbortSignal interrupts the program", "a stream that an AbortSignal ends", "aborted"]
    ]
    for (const [way, name, expected] of ended) {
      it.effect(`closes the connection of a stream when ${way}`, () =>
        Effect.gen(function*() {
          const { complaints, page } = yield* newPage()
          yield* openSite(page)
          assert.strictEqual(yield* runIn(page, "page", name, yield* emulated), expected)
          yield* wasInterrupted
          assert.deepStrictEqual(complaints, [])
        }).pipe(Effect.provide(emulatorFor())))
    }

    it.effect("closes the connection of a stream when the user leaves the page", () =>
      Effect.gen(function*() {
        const { page } = yield* newPage()
        yield* openSite(page)
        const { active } = yield* Emulator.Emulator
        const server = yield* emulated
        // The page never answers: it is left before.
        yield* Effect.forkChild(Effect.exit(runIn(page, "page", "a stream without an end", server)))
        yield* Effect.repeat(active, { schedule: Schedule.spaced("20 millis"), until: (active) => active === 1 })
        yield* Effect.promise(() => page.goto("about:blank"))
        yield* wasInterrupted
      }).pipe(Effect.provide(emulatorFor())))
  })
})

/** Asserts that the emulator has seen one completion, and that its reader has left it. */
const wasInterrupted = Effect.gen(function*() {
  assert.strictEqual(yield* closed, 0, "no request is left open")
  const { requests } = yield* Emulator.Emulator
  const seen = (yield* requests).filter(({ method }) => method === "POST")
  assert.deepStrictEqual(seen.map(({ interrupted }) => interrupted), [true])
})
