/** Faults on replayed and forwarded responses. */
import { Cassette, Emulator, Fault } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporary } from "../cassette/cassetteSupport.ts"
import { speak } from "../server/rawSocket.ts"
import { ask, instant, local, post, raw, settled } from "../support.ts"

const whole = ask("Tell me about fog", { max_tokens: 5 })
const stream = { ...whole, stream: true }

/**
 * Runs an effect against an emulator that replays a whole completion and a stream, and passes both as they were
 * recorded.
 */
const replaying = <A, E>(
  run: (recorded: { readonly whole: string; readonly stream: string }) => Effect.Effect<A, E, Emulator.Emulator>
) =>
  Effect.gen(function*() {
    const directory = yield* temporary
    const { url } = yield* Emulator.Emulator
    const record = Effect.all({ whole: post(whole), stream: post(stream) }).pipe(
      Effect.provide(Emulator.layer({ upstream: { url, record: directory } }))
    )
    const recorded = yield* record
    return yield* Effect.provide(
      run({ whole: recorded.whole.text, stream: recorded.stream.text }),
      Emulator.layer({ replay: { directory, speed: 0 } })
    )
  }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer]))

describe("a replayed answer", () => {
  it.live("claims to be of another type, whole and streamed", () =>
    replaying((recorded) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        for (const [body, text] of [[whole, recorded.whole], [stream, recorded.stream]] as const) {
          yield* faults.next(Fault.contentType())
          const answer = yield* post(body)
          assert.strictEqual(answer.headers.get("content-type"), "text/html")
          assert.strictEqual(answer.text, text)
        }
      })
    ))

  it.live("loses events, gets others, and comes by the byte", () =>
    replaying((recorded) =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        const withFault = (fault: Fault.Fault) =>
          Effect.andThen(Effect.orDie(faults.next(fault)), Effect.map(post(stream), ({ text }) => text))
        const events = recorded.stream.split(/(?<=\n\n)/)
        assert.strictEqual(yield* withFault(Fault.missingDone), events.slice(0, -1).join(""))
        assert.strictEqual(yield* withFault(Fault.drip({ bytes: 500, pause: 1 })), recorded.stream)
        const garbage = yield* withFault(Fault.garbageEvent({ data: "{" }))
        assert.strictEqual(garbage, [events[0], "data: {\n\n", ...events.slice(1)].join(""))
        yield* faults.next(Fault.missingFinishReason)
        assert.notInclude((yield* post(whole)).text, "finish_reason")
      })
    ))

  it.live("is cut, and the connection reset, as any other", () =>
    replaying((recorded) =>
      Effect.gen(function*() {
        const { faults, requests } = yield* Emulator.Emulator
        yield* faults.next(Fault.cut({ afterEvents: 2 }))
        const cut = yield* speak({ body: stream })
        assert.strictEqual(cut.body, recorded.stream.split(/(?<=\n\n)/).slice(0, 2).join(""))
        assert.deepStrictEqual([cut.ending, cut.complete], ["end", false])
        yield* faults.next(Fault.reset)
        assert.strictEqual((yield* speak({ body: whole })).ending, "reset")
        yield* settled
        assert.deepStrictEqual((yield* requests).map(({ fault }) => fault?.type), ["cut", "reset"])
        assert.strictEqual((yield* post(stream)).text, recorded.stream)
      }).pipe(Effect.scoped)
    ))

  it.live("has the fault of a header whatever the client's key, from this machine", () =>
    replaying(() =>
      Effect.gen(function*() {
        const headers = { authorization: "Bearer of another server", "x-emulator-fault": "missing_finish_reason" }
        const answer = yield* post(whole, { headers })
        assert.strictEqual(answer.status, 200)
        assert.notInclude(answer.text, "finish_reason")
        // The emulator's own responses need its key.
        assert.strictEqual(
          (yield* raw("/elsewhere", { headers: { ...headers, "x-emulator-fault": "reset" } })).status,
          401
        )
      })
    ))
})

describe("a forwarded answer", () => {
  it.live("has the fault of a header with the server's key, or with the emulator's where the server's is given", () =>
    Effect.gen(function*() {
      const { apiKey, url } = yield* Emulator.Emulator
      const fault = "{\"type\":\"status\",\"status\":418}"
      const status = (authorization: string, options: Emulator.Options) =>
        Effect.map(
          Effect.provide(
            post(whole, { headers: { authorization, "x-emulator-fault": fault } }),
            Emulator.layer(options)
          ),
          (answer) => answer.status
        )
      assert.strictEqual(yield* status("Bearer theirs", { upstream: { url } }), 418)
      assert.strictEqual(yield* status("Bearer theirs", { upstream: { url, apiKey } }), 401)
      assert.strictEqual(yield* status("Bearer emulator-key", { upstream: { url, apiKey } }), 418)
    }).pipe(Effect.provide(local())))

  it.live("is recorded as far as it came to the client, and not at all if it was never asked for", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      yield* Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503))
        assert.strictEqual((yield* post(whole)).status, 503)
        yield* faults.next(Fault.missingDone)
        assert.notInclude((yield* post(stream)).text, "[DONE]")
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: upstream.url, record: directory } })))
      const cassettes = yield* Cassette.read(directory)
      assert.deepStrictEqual(cassettes.map(({ cassette }) => cassette.response.end?.how), ["complete"])
      assert.strictEqual((yield* upstream.requests).length, 1)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))
})
