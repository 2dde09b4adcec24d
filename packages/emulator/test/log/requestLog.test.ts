import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { layerRequestLog, type RequestChange, RequestLog } from "../../src/internal/log/requestLog.ts"
import { ask, instant, local, post, raw, settled } from "../support.ts"

describe("the bodies that the log keeps", () => {
  it.effect("have a budget in bytes: the oldest ones go first, and the rest of what is known stays", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      for (const size of [400, 500, 300]) yield* post(ask("x".repeat(size)))
      yield* settled
      const seen = yield* requests
      assert.deepStrictEqual(seen.map(({ body, bodyDropped, status }) => [body !== undefined, bodyDropped, status]), [
        [false, true, 200],
        [true, undefined, 200],
        [true, undefined, 200]
      ])
      yield* post(ask("x".repeat(2000)))
      const [, second, third, fourth] = yield* requests
      assert.deepInclude(fourth, { body: undefined, bodyDropped: true, status: 200, model: "mistral-small-latest" })
      assert.isDefined(second?.body)
      assert.isDefined(third?.body)
    }).pipe(Effect.provide(local({ ...instant, requestLogBytes: 1200 }))))

  it.effect("count in bytes, not in characters", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      for (const id of ["a", "b"]) yield* log.add({ ...request(id), text: "é".repeat(40) })
      assert.deepStrictEqual((yield* log.requests).map(({ body }) => body), [undefined, "é".repeat(40)])
    }).pipe(Effect.provide(layerRequestLog(100))))
})

describe("a request without a valid key", () => {
  it.effect("is logged with its method, path and status only", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      const body = JSON.stringify(ask("my prompt"))
      const headers = { authorization: "Bearer wrong", "x-note": "my note", "x-emulator-scope": "my-scope" }
      yield* raw("/v1/chat/completions?a=my-query", { method: "POST", body, headers })
      const [seen] = yield* requests
      assert.deepInclude(seen, {
        method: "POST",
        path: "/v1/chat/completions",
        headers: {},
        body: undefined,
        status: 401,
        refusal: "401 Unauthorized"
      })
      for (const word of ["wrong", "note", "my-scope", "prompt", "query", "mistral-small"]) {
        assert.notInclude(JSON.stringify(seen), word)
      }
    }).pipe(Effect.provide(local())))

  it.effect("displaces no other request, however many there are", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      yield* log.add(request("mine"))
      for (let at = 0; at < 3000; at++) yield* log.add({ ...request(`other-${at}`), authorized: false })
      const ids = (yield* log.requests).map(({ id }) => id)
      assert.strictEqual(ids.length, 101)
      assert.strictEqual(ids[0], "mine")
      assert.strictEqual(ids.at(-1), "other-2999")
    }).pipe(Effect.provide(layerRequestLog(1000))))

  it.effect("is refused before its body is read", () =>
    Effect.gen(function*() {
      const headers = { authorization: "Bearer wrong" }
      const tooDeep = yield* post("[".repeat(5000), { headers })
      assert.strictEqual(tooDeep.status, 401)
    }).pipe(Effect.provide(local())))
})

describe("the log", () => {
  it.effect("keeps the last 1,000 requests", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      for (let at = 0; at < 1010; at++) yield* log.add({ ...request(String(at)), text: "text" })
      const seen = yield* log.requests
      assert.strictEqual(seen.length, 1000)
      assert.strictEqual(seen[0]?.id, "10")
      // What is known later of a forgotten request is not kept.
      yield* log.complete("3", { status: 200 })
      assert.strictEqual((yield* log.requests).length, 1000)
    }).pipe(Effect.provide(layerRequestLog(100_000))))
})

describe("the changes of the log", () => {
  it.effect("are each request as it becomes known, and each piece of its response while somebody reads", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      log.sent("before", "nobody reads this")
      assert.isFalse(log.watched())
      const changes: Array<RequestChange> = []
      const reading = yield* Effect.forkChild(
        Stream.runForEach(Stream.take(log.changes, 4), (change) => Effect.sync(() => void changes.push(change))),
        { startImmediately: true }
      )
      assert.isTrue(log.watched())
      yield* log.add(request("a"))
      yield* Effect.yieldNow
      yield* log.complete("a", { status: 200 })
      log.sent("a", "Hel")
      log.sent("a", "lo")
      yield* Fiber.join(reading)
      assert.deepStrictEqual(
        changes.map((change) => change.type === "body" ? change.text : change.request.status),
        [undefined, 200, "Hel", "lo"]
      )
      assert.isFalse(log.watched())
    }).pipe(Effect.provide(layerRequestLog(1000))))

  it.effect("lose the oldest for a reader that is too slow, and take no more memory", () =>
    Effect.gen(function*() {
      const log = yield* RequestLog
      const first = yield* Effect.forkChild(
        Stream.runHead(Stream.filter(log.changes, ({ type }) => type === "body")),
        { startImmediately: true }
      )
      for (let at = 0; at < 10_000; at++) log.sent("a", String(at))
      const change = yield* Fiber.join(first)
      assert.deepStrictEqual(change._tag === "Some" ? change.value : undefined, {
        type: "body",
        id: "a",
        text: String(10_000 - 4096)
      })
    }).pipe(Effect.provide(layerRequestLog(1000))))
})

const request = (id: string) => ({
  id,
  method: "POST",
  path: "/v1/chat/completions",
  headers: {},
  received: 0,
  authorized: true
})
