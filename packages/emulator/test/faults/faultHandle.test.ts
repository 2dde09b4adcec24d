/** How faults are armed: by the service, by the admin endpoint and by a request's own header. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import { Emulator, Fault, Faults } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { existsSync, readFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { fileURLToPath } from "node:url"
import { ask, instant, local, post, raw } from "../support.ts"

/** Mistral's OpenAPI file, in the folder that may lie beside the project. */
const contract = fileURLToPath(new URL("../../../../../shared/spec/mistral-openapi.yaml", import.meta.url))

/** The address of this machine for other machines. */
const address = Object.values(networkInterfaces()).flat().find((one) =>
  one !== undefined && !one.internal && one.family === "IPv4"
)?.address

/** The reason of a skipped case, for its title. */
const unless = (possible: boolean, reason: string): string => possible ? "" : ` (skipped: ${reason})`

describe("the service", () => {
  it.effect("serves faults in the order they were armed, each as often as it says", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(500))
      yield* faults.next(Fault.status(503), { times: 2 })
      yield* faults.next(Fault.status(502))
      assert.deepStrictEqual(yield* statuses(6), [500, 503, 503, 502, 200, 200])
    }).pipe(Effect.provide(local())))

  it.effect("says which faults still wait, and forgets them when told", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(500), { times: 3 })
      yield* faults.withProbability(Fault.reset, 0.25, { seed: 4, where: { path: "/v1/fim/completions" } })
      assert.deepStrictEqual(yield* statuses(1), [500])
      assert.deepStrictEqual(yield* faults.armed, [
        { fault: { type: "status", status: 500 }, times: 2 },
        { fault: { type: "reset" }, probability: 0.25, seed: 4, path: "/v1/fim/completions" }
      ])
      yield* faults.clear
      assert.deepStrictEqual(yield* faults.armed, [])
      assert.deepStrictEqual(yield* statuses(1), [200])
    }).pipe(Effect.provide(local())))

  it.effect("keeps a fault for the requests it is for: by method, path, or endpoint, with /v1 or without", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(500), { where: Endpoint.fetchModel })
      yield* faults.next(Fault.status(502), { where: { path: "/fim/completions" } })
      yield* faults.next(Fault.status(503), { where: { method: "get" } })
      assert.strictEqual((yield* post(ask("Hi"))).status, 200)
      assert.strictEqual((yield* raw("/v1/models?page=1")).status, 503)
      assert.strictEqual((yield* raw("/v1/models")).status, 200)
      assert.strictEqual((yield* raw("/models/mistral-embed")).status, 500)
      const fim = { method: "POST", body: JSON.stringify({ model: "codestral-latest", prompt: "a" }) }
      assert.strictEqual((yield* raw("/v1/fim/completions", fim)).status, 502)
      assert.deepStrictEqual(yield* faults.armed, [])
    }).pipe(Effect.provide(local())))

  it.effect("picks the same requests by probability for the same seed, others for another", () =>
    Effect.gen(function*() {
      const run = (seed: number) =>
        Effect.gen(function*() {
          const { faults } = yield* Emulator.Emulator
          yield* faults.clear
          yield* faults.withProbability(Fault.status(503), 0.3, { seed })
          return yield* statuses(60)
        })
      const first = yield* run(1)
      assert.deepStrictEqual(yield* run(1), first)
      assert.notDeepEqual(yield* run(2), first)
      const failed = first.filter((status) => status === 503).length
      assert.isTrue(failed > 8 && failed < 30, `${failed} of 60`)
    }).pipe(Effect.provide(local())))

  it.effect("takes its seed from the emulator's, and 0 and 1 at their word", () =>
    Effect.gen(function*() {
      const run = Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.withProbability(Fault.status(503), 0.5)
        return yield* statuses(30)
      })
      const five = yield* Effect.provide(run, local({ ...instant, seed: 5 }))
      assert.deepStrictEqual(yield* Effect.provide(run, local({ ...instant, seed: 5 })), five)
      assert.notDeepEqual(yield* Effect.provide(run, local({ ...instant, seed: 6 })), five)
      const { faults } = yield* Emulator.Emulator
      yield* faults.withProbability(Fault.status(500), 0)
      yield* faults.withProbability(Fault.status(503), 1)
      assert.deepStrictEqual([...new Set(yield* statuses(20))], [503])
    }).pipe(Effect.provide(local())))

  it.effect("leaves a fault for streams to the next stream when the first one is refused", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.missingDone)
      yield* faults.next(Fault.garbageEvent())
      const refused = yield* post({ ...ask("Hi", { model: "none" }), stream: true })
      assert.strictEqual(refused.status, 400)
      assert.isUndefined((yield* requests)[0]?.fault)
      const reasons = yield* Effect.forEach([1, 2], () => Effect.flip(Stream.runDrain(Chat.stream(ask("Hi")))))
      assert.deepStrictEqual(reasons.map(({ reason }) => reason._tag), ["StreamEndedEarly", "InvalidResponse"])
    }).pipe(Effect.provide(local())))

  it.effect("refuses what makes no sense, and says why", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const models = { where: Endpoint.listModels }
      const refusals = [
        [
          faults.next(Fault.missingDone, models),
          "missing_done needs a streamed completion, which GET /v1/models is not"
        ],
        [
          faults.next(Fault.cut({ afterEvents: 1 }), { where: { method: "GET" } }),
          "cut after_events needs a streamed completion, which GET is not"
        ],
        [
          faults.next(Fault.missingFinishReason, { where: Endpoint.createEmbeddings }),
          "missing_finish_reason needs a completion, which POST /v1/embeddings is not"
        ],
        [faults.next(Fault.reset, { times: 0 }), "greater than or equal to 1"],
        [faults.next(Fault.reset, { times: 1.5 }), "at [\"times\"]"],
        [faults.withProbability(Fault.reset, 1.1), "between 0 and 1"],
        [faults.next(Fault.status(99)), "between 200 and 599"],
        [faults.next(Fault.cut({ afterBytes: -1 })), "after_bytes"],
        [faults.next(Fault.delay("-1 second")), "millis"],
        [faults.next({ type: "cut", after_bytes: 1, after_events: 1 }), "exclude each other"],
        [faults.arm({ fault: Fault.reset, times: 1, probability: 0.5 }), "times and probability exclude each other"],
        [faults.arm({ fault: Fault.reset, seed: 1 }), "a seed needs a probability"]
      ] as const
      for (const [arming, message] of refusals) {
        const error = yield* Effect.flip(arming)
        assert.instanceOf(error, Faults.InvalidFault)
        assert.include(error.message, message)
      }
      assert.deepStrictEqual(yield* faults.armed, [])
    }).pipe(Effect.provide(local())))

  it("every constructor makes a value that its own schema takes, as it is", () => {
    const all: ReadonlyArray<Fault.Fault> = [
      Fault.status(503),
      Fault.status(429, { body: { detail: null }, contentType: "application/problem+json", retryAfter: 1.5 }),
      Fault.delay("1 second"),
      Fault.drip(),
      Fault.drip({ bytes: 3, pause: "1 second" }),
      Fault.stall(),
      Fault.stall({ afterBytes: 1 }),
      Fault.stall({ afterEvents: 1 }),
      Fault.cut(),
      Fault.cut({ afterBytes: 1 }),
      Fault.cut({ afterEvents: 1 }),
      Fault.cutCharacter,
      Fault.missingDone,
      Fault.missingFinishReason,
      Fault.garbageEvent(),
      Fault.garbageEvent({ afterEvents: 0, data: "" }),
      Fault.errorEvent(),
      Fault.errorEvent({ afterEvents: 0, error: "no", named: false }),
      Fault.contentType(),
      Fault.contentType("text/plain"),
      Fault.reset,
      Fault.refuse(),
      Fault.refuse("1 second"),
      Fault.endless(),
      Fault.endless({ pause: 0 }),
      Fault.giantEvent(1),
      Fault.giantEvent(1, { afterEvents: 0 }),
      Fault.keepOpen
    ]
    const json: unknown = JSON.parse(JSON.stringify(all))
    assert.deepStrictEqual(
      Schema.decodeUnknownSync(Schema.Array(Fault.Fault), { onExcessProperty: "error" })(json),
      all
    )
    assert.deepStrictEqual(Fault.drip({ pause: "1 second" }), { type: "drip", millis: 1000 })
    const refusal = Result.match(Schema.decodeUnknownResult(Fault.Fault)({}), {
      onFailure: ({ message }) => message,
      onSuccess: () => ""
    })
    for (const { type } of all) assert.match(refusal, new RegExp(`\\b${type}\\b`))
  })
})

describe("the admin endpoint", () => {
  it.effect("arms, lists and forgets faults", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const armed = { fault: { type: "status", status: 503, retry_after: 1 }, times: 2, path: "/v1/models" }
      const created = yield* arm(armed)
      assert.strictEqual(created.status, 201)
      assert.deepStrictEqual(created.json, armed)
      assert.strictEqual((yield* post(ask("Hi"))).status, 200)
      const limited = yield* raw("/v1/models")
      assert.strictEqual(limited.status, 503)
      assert.strictEqual(limited.headers.get("retry-after"), "1")
      assert.deepStrictEqual((yield* raw(admin)).json, { faults: [{ ...armed, times: 1 }] })
      assert.deepStrictEqual((yield* raw(`${admin}?what=left`)).json, { faults: [{ ...armed, times: 1 }] })
      assert.strictEqual((yield* raw(admin, { method: "DELETE" })).status, 204)
      assert.deepStrictEqual(yield* faults.armed, [])
      yield* arm({ fault: { type: "status", status: 500 }, probability: 1, seed: 3 })
      assert.strictEqual((yield* raw("/v1/models")).status, 500)
    }).pipe(Effect.provide(local())))

  it.effect("refuses what makes no sense, and says why", () =>
    Effect.gen(function*() {
      const refusals = [
        [{}, "Missing key"],
        [{ fault: { type: "explode" } }, "a fault, whose type is"],
        [{ fault: { type: "reset", loudly: true } }, "loudly"],
        [{ fault: { type: "keep_open" }, path: "/v1/models" }, "keep_open needs a streamed completion"]
      ] as const
      for (const [body, message] of refusals) {
        const { json, status } = yield* arm(body)
        assert.strictEqual(status, 400)
        const problem = json as { readonly message: string; readonly type: string }
        assert.strictEqual(problem.type, "invalid_fault")
        assert.include(problem.message, message)
      }
      assert.strictEqual((yield* raw(admin, { method: "POST", body: "{" })).status, 422)
      assert.strictEqual((yield* raw(admin, { method: "PATCH" })).status, 404)
      assert.strictEqual((yield* raw("/_emulator/nothing")).status, 404)
    }).pipe(Effect.provide(local())))

  it.effect("wants the key", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const other = { headers: { authorization: "Bearer wrong" } }
      const body = JSON.stringify({ fault: Fault.reset })
      assert.strictEqual((yield* raw(admin, { method: "POST", body, ...other })).status, 401)
      assert.strictEqual((yield* raw("/_emulator/requests", other)).status, 401)
      assert.deepStrictEqual(yield* faults.armed, [])
    }).pipe(Effect.provide(local())))

  it.effect("tells the requests seen with their faults, is not among them, and has none itself", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      yield* arm({ fault: { type: "status", status: 500 }, times: 2 })
      yield* raw("/v1/models")
      assert.deepStrictEqual(
        (yield* raw("/_emulator/requests")).json,
        JSON.parse(JSON.stringify({ requests: yield* requests }))
      )
      assert.deepStrictEqual((yield* requests).map(({ fault, path }) => [path, fault]), [
        ["/v1/models", { type: "status", status: 500 }]
      ])
    }).pipe(Effect.provide(local())))

  it.effect.skipIf(address === undefined)(
    `answers this machine only, even where the emulator listens to others${
      unless(address !== undefined, "this machine has only its loopback address")
    }`,
    () =>
      Effect.gen(function*() {
        const { apiKey, port } = yield* Emulator.Emulator
        const ask = (path: string) =>
          Effect.promise(() =>
            fetch(`http://${address}:${port}${path}`, {
              headers: { authorization: `Bearer ${Redacted.value(apiKey)}` }
            })
          )
        assert.strictEqual((yield* ask("/v1/models")).status, 200)
        assert.strictEqual((yield* ask(admin)).status, 403)
        assert.strictEqual((yield* raw(admin)).status, 200)
      }).pipe(Effect.provide(local({ ...instant, host: "0.0.0.0" })))
  )

  it.skipIf(!existsSync(contract))(
    `has a path that the API has not${unless(existsSync(contract), "../shared/spec/mistral-openapi.yaml is absent")}`,
    () => {
      const text = readFileSync(contract, "utf8")
      const paths = [...text.matchAll(/^ {2}(\/\S+):$/gm)].map(([, path]) => path ?? "")
      assert.isAbove(paths.length, 50)
      for (const path of paths) {
        assert.isFalse(path.startsWith("/_"))
        assert.isFalse(path.replace(/^\/v1/, "").startsWith("/_"))
      }
    }
  )
})

describe("the request header", () => {
  it.effect("is a fault for that request alone, as JSON or by its type", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(500))
      const own = yield* raw("/v1/models", { headers: { "x-emulator-fault": "{\"type\":\"status\",\"status\":418}" } })
      assert.strictEqual(own.status, 418)
      const stream = yield* post({ ...ask("Hi"), stream: true }, { headers: { "x-emulator-fault": "missing_done" } })
      assert.strictEqual(stream.status, 200)
      assert.notInclude(stream.text, "[DONE]")
      assert.deepStrictEqual(yield* statuses(2), [500, 200])
      assert.deepStrictEqual((yield* requests).map(({ fault }) => fault?.type), [
        "status",
        "missing_done",
        "status",
        undefined
      ])
    }).pipe(Effect.provide(local())))

  it.effect("is refused where it makes no sense", () =>
    Effect.gen(function*() {
      const refusals = [
        ["explode", ask("Hi"), "a fault, whose type is", 400],
        ["{\"type\":\"cut\",\"after\":3}", ask("Hi"), "after", 400],
        ["missing_done", ask("Hi"), "missing_done needs a streamed completion, which this request is not", 400],
        ["refuse", ask("Hi"), "does not apply to one request", 400],
        ["{\"type\":\"content_type\",\"value\":\"a\\nb\"}", ask("Hi"), "Expected a valid header value", 400],
        ["{\"type\":\"status\",\"status\":503,\"retry_after\":\"a\\r\\nb: c\"}", ask("Hi"), "retry_after", 400]
      ] as const
      for (const [header, body, message, status] of refusals) {
        const answer = yield* post(body, { headers: { "x-emulator-fault": header } })
        assert.strictEqual(answer.status, status)
        assert.deepInclude(answer.json, { type: "invalid_fault", param: "x-emulator-fault" })
        assert.include(answer.text, message)
      }
      const models = yield* raw("/v1/models", { headers: { "x-emulator-fault": "missing_finish_reason" } })
      assert.strictEqual(models.status, 400)
    }).pipe(Effect.provide(local())))

  it.effect("is for those who have the key", () =>
    Effect.gen(function*() {
      const headers = { authorization: "Bearer wrong", "x-emulator-fault": "reset" }
      assert.strictEqual((yield* raw("/v1/models", { headers })).status, 401)
    }).pipe(Effect.provide(local())))
})

const admin = "/_emulator/faults"

const arm = (body: unknown) => raw(admin, { method: "POST", body: JSON.stringify(body) })

/** The statuses of a number of requests, sent one after the other. */
const statuses = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.map(raw("/v1/models"), ({ status }) => status))
