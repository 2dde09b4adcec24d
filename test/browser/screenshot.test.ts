/** The picture of the page in the documentation: a stream on its way after some requests, by the clock of the test. */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { ask, local, post, postTo } from "../../packages/emulator/test/support.ts"
import { hasChromium, layerChromium, newPage, shows } from "./chromium.ts"

const picture = new URL("../../docs/images/emulator-page.png", import.meta.url)

/** The port that the picture shows, or any if another program has it. */
const port = Effect.promise(() =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(0))
    server.listen(8080, "127.0.0.1", () => server.close(() => resolve(8080)))
  })
)

const options: Emulator.Options = {
  clock: "context",
  timeToFirstToken: "240 millis",
  tokensPerSecond: 50,
  script: [
    { name: "capital", when: { text: "capital of France" }, answer: { text: "The capital of France is Paris." } },
    {
      name: "forecast",
      when: { text: "celsius" },
      answer: {
        thinking: "The tool says 21 degrees and a clear sky. The question was about a walk, so I say what to wear.",
        text:
          "It is a fine day for a walk in Paris: 21 degrees and a clear sky. A light jacket is enough. The evening is cooler, so take a pullover if you stay out late."
      }
    }
  ]
}

const weather: ReadonlyArray<CompletionRequest.Chat["messages"][number]> = [
  { role: "system", content: "You plan walks. Ask the tool before you speak of the weather." },
  { role: "user", content: "Can I go for a walk in Paris today?" },
  {
    role: "assistant",
    tool_calls: [{ id: "wThr4Fc1s", function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" } }]
  },
  { role: "tool", tool_call_id: "wThr4Fc1s", name: "get_weather", content: "{\"celsius\":21,\"sky\":\"clear\"}" }
]

const describeIf = hasChromium ? describe : describe.skip

describeIf("the page", () => {
  layer(layerChromium)((it) => {
    it.effect("has a picture in the documentation", () =>
      Effect.gen(function*() {
        const { adminKey, faults, url } = yield* Emulator.Emulator
        const { complaints, page } = yield* newPage({
          colorScheme: "light",

          reducedMotion: "reduce"
        })
        yield* Effect.promise(() => page.goto(`${url}/_emulator/#key=${Redacted.value(adminKey)}`))
        yield* shows(page, "#connection", "Connected")
        let sent = 0
        /** Sends a request, and gives it time until it has its response. */
        const send = Effect.fnUntraced(function*<A, E, R>(request: Effect.Effect<A, E, R>, millis: number) {
          const sending = yield* Effect.forkChild(request, { startImmediately: true })
          sent += 1
          yield* Effect.promise(() =>
            page.waitForFunction((sent) => document.querySelectorAll("#requests tr").length === sent, sent)
          )
          // The emulator waits for the clock by now: the row was sent by it, and drawn.
          yield* TestClock.adjust(millis)
          return sending
        })
        const whole = <A, E, R>(request: Effect.Effect<A, E, R>, millis: number) =>
          Effect.flatMap(send(request, millis), Fiber.join)

        yield* whole(postTo("/v1/embeddings")({ model: "mistral-embed", input: ["Paris", "Lyon"] }), 0)
        yield* whole(post({ ...ask("What is the capital of France?"), seed: 7 }), 0)
        yield* whole(post(ask("What is the capital of France?")), 2000)
        yield* faults.next(Fault.status(429, { retryAfter: 1 }))
        yield* whole(post(ask("What is the capital of Italy?")), 0)
        yield* whole(post({ ...ask("What is the capital of Italy?", { max_tokens: 40 }), stream: true }), 2000)
        yield* faults.next(Fault.cut({ afterEvents: 3 }), { times: 2, where: { path: "/v1/fim/completions" } })
        yield* faults.withProbability(Fault.status(503), 0.1, { where: { path: "/v1/embeddings" } })
        const stream = yield* send(
          post({ model: "magistral-medium-latest", messages: weather, stream: true }),
          240
        )
        for (let token = 0; token < 48; token++) yield* TestClock.adjust("20 millis")
        yield* shows(
          page,
          "#armed",
          "cut after_events 3 × 2 for /v1/fim/completionsstatus 503 with a probability of 0.1 for /v1/embeddings"
        )
        // The rest of the stream is not sent before the clock is adjusted again.
        yield* Effect.promise(() => page.getByText("is being sent").waitFor())
        const png = yield* Effect.promise(() => page.screenshot())
        mkdirSync(new URL(".", picture), { recursive: true })
        writeFileSync(picture, png)
        const written = readFileSync(picture)
        assert.deepStrictEqual([written.readUInt32BE(16), written.readUInt32BE(20)], [1440, 900])
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(stream)
        assert.deepStrictEqual(complaints, [])
      }).pipe((test) =>
        Effect.gen(function*() {
          // The clock is set before the emulator is built, so that no request is from 1970.
          yield* TestClock.setTime(Date.UTC(2026, 8, 1, 9, 30))
          return yield* Effect.provide(test, local({ ...options, port: yield* port }))
        })
      ))
  })
})
