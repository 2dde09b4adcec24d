/** A creation whose response is lost, or that is refused: the job is created once, whatever happens on the way. */
import { BatchJobs } from "@effect-mistral/batch"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { failure, id, none, request, search, sent } from "./creations.ts"
import { count, job, jobAnswer, page, refusal, scripted, withoutRetries } from "./services.ts"

const { bytes, connectionError, json, text } = ScriptedHttpClient

describe("a creation whose response is lost", () => {
  const lost: Readonly<Record<string, ScriptedHttpClient.Answer>> = {
    "a connection that failed": connectionError(),
    "a response that was cut": bytes([`{"id":"j`], { ending: "fail" }),
    "a response that ends too early": bytes([`{"id":"j`], { headers: { "content-type": "application/json" } }),
    "a response that does not come": bytes([], { ending: "hang" }),
    "a response that stops": bytes([`{"id":"j`], { ending: "hang" }),
    "a 500 without a body": text("", { status: 500 }),
    "a 502": text("<html>bad gateway</html>", { status: 502 }),
    "a 503 that does not say why": text("", { status: 503 }),
    "a 504": refusal(504, "upstream timed out"),
    "a 408": refusal(408, "too slow"),
    "a page of HTML": text("<html>", { headers: { "content-type": "text/html" } }),
    "a body that is no job": json({ id: "j1" })
  }
  for (const [name, answer] of Object.entries(lost)) {
    it.effect(`is searched for, and found: ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* id(), "created")
        assert.deepStrictEqual(yield* sent, [search, "create", search])
      }).pipe(Effect.provide(withoutRetries([none, answer, page([job({ id: "created" })])]))))
  }

  it.effect("is searched for after 1, 2, 4 and 8 seconds, then sent again", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(BatchJobs.createOnce(request))
      const counts: Array<number> = []
      for (let second = 0; second <= 15; second++) {
        yield* TestClock.adjust(second === 0 ? 0 : "1 second")
        counts.push(yield* count)
      }
      assert.deepStrictEqual(counts, [2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 7])
      assert.strictEqual((yield* Fiber.join(fiber)).id, "second")
    }).pipe(Effect.provide(scripted([none, connectionError(), none, none, none, none, jobAnswer({ id: "second" })]))))

  it.effect("is found late, as long as the searches go on", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id({ searches: Schedule.spaced("1 minute") }), "late")
      assert.strictEqual(yield* count, 22)
    }).pipe(Effect.provide(scripted((_, index) =>
      index === 1 ? connectionError() : index < 21 ? none : page([job({ id: "late" })])
    ))))

  for (const [attempts, creations] of [[undefined, 3], [1, 1], [2, 2], [5, 5]] as const) {
    it.effect(`each time is sent ${creations} times at most with attempts ${attempts}, and its error names it`, () =>
      Effect.gen(function*() {
        const error = yield* failure({ attempts })
        if (error._tag !== "MistralError") return assert.fail(error.message)
        assert.strictEqual(error.operation, "BatchJobs.create")
        assert.strictEqual(error.reason._tag, "ServerError")
        assert.include(error.message, `creation ${creations}`)
        assert.strictEqual(error.requestId, "request-500")
        // It has searched after the last one, too.
        assert.deepStrictEqual(yield* sent, [
          search,
          ...Array.from({ length: creations }, () => ["create", search, search, search, search]).flat()
        ])
      }).pipe(
        Effect.provide(
          withoutRetries(({ method }, index) =>
            method === "POST" ? refusal(500, `creation ${1 + (index - 1) / 5}`) : none
          )
        )
      ))
  }

  it.effect("is not sent again where no search could read the list", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag === "MistralError" && error.operation, "BatchJobs.create")
      assert.deepStrictEqual(yield* sent, [search, "create", search, search, search, search])
    }).pipe(Effect.provide(withoutRetries((_, index) => index === 0 ? none : refusal(503, "down")))))

  it.effect("is not sent again where the last search could not read the list", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag === "MistralError" && error.reason._tag, "ConnectionFailed")
      assert.deepStrictEqual(yield* sent, [search, "create", search, search, search, search])
    }).pipe(Effect.provide(withoutRetries([
      none,
      connectionError(),
      none,
      none,
      none,
      bytes([], { ending: "hang" })
    ]))))

  it.effect("is sent again where only the last search could read the list", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "j1")
      assert.strictEqual(yield* count, 7)
    }).pipe(Effect.provide(withoutRetries([
      none,
      connectionError(),
      refusal(429, "slower"),
      refusal(503, "down"),
      connectionError(),
      none,
      jobAnswer()
    ]))))

  it.effect("is not sent again where nothing searches", () =>
    Effect.gen(function*() {
      const error = yield* failure({ searches: Schedule.recurs(0) })
      assert.strictEqual(error._tag === "MistralError" && error.operation, "BatchJobs.create")
      assert.deepStrictEqual(yield* sent, [search, "create"])
    }).pipe(Effect.provide(scripted([none, connectionError()]))))

  it.effect("and whose search is refused fails with the refusal", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      if (error._tag !== "MistralError") return assert.fail(error.message)
      assert.strictEqual(error.operation, "BatchJobs.list")
      assert.strictEqual(error.reason._tag, "Authentication")
    }).pipe(Effect.provide(scripted([none, connectionError(), refusal(401, "no")]))))

  it.effect("is a mismatch where another program has used the metadata meanwhile", () =>
    Effect.gen(function*() {
      const error = yield* failure()
      assert.strictEqual(error._tag, "JobMismatch")
    }).pipe(Effect.provide(scripted([none, connectionError(), page([job({ model: "m" })])]))))

  it.effect("is found by the next run of a program that was killed before it knew", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(BatchJobs.createOnce(request))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* id(), "created")
      assert.deepStrictEqual(yield* sent, [search, "create", search])
    }).pipe(Effect.provide(scripted([none, bytes([], { ending: "hang" }), page([job({ id: "created" })])]))))
})

describe("a creation that is refused", () => {
  const refused = [
    [400, "BadRequest"],
    [401, "Authentication"],
    [403, "PermissionDenied"],
    [409, "Conflict"],
    [422, "Validation"],
    [429, "RateLimited"],
    [501, "ServerError"]
  ] as const
  for (const [status, reason] of refused) {
    it.effect(`with ${status} is not searched for and not sent again`, () =>
      Effect.gen(function*() {
        const error = yield* failure()
        assert.strictEqual(error._tag === "MistralError" && error.reason._tag, reason)
        assert.deepStrictEqual(yield* sent, [search, "create"])
      }).pipe(Effect.provide(withoutRetries([none, refusal(status, "no")]))))
  }

  it.effect("with a rate limit is sent again by the policy of the client", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "j1")
      assert.deepStrictEqual(yield* sent, [search, "create", "create"])
    }).pipe(Effect.provide(scripted([none, refusal(429, "slower"), jobAnswer()]))))

  const messages = [
    [404, "File f1 not found"],
    [404, "Resource not found"],
    [404, ""],
    [400, "Input file f1 could not be found."],
    [422, "file does not exist"],
    [400, "No such file: f1"]
  ] as const
  for (const [status, message] of messages) {
    it.effect(`with ${status} "${message}", as a server answers right after an upload, is sent again for a minute`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* id(), "j1")
        assert.deepStrictEqual(yield* sent, [search, ...Array(6).fill("create")])
      }).pipe(Effect.provide(scripted([
        none,
        ...Array.from({ length: 5 }, () => refusal(status, message)),
        jobAnswer()
      ]))))
  }

  for (
    const [fileTimeout, creations] of [[undefined, 10], [0, 1], ["999 millis", 1], ["1 second", 2], [
      "5 minutes",
      40
    ]] as const
  ) {
    it.effect(`because a file is missing is sent ${creations} times with a fileTimeout of ${fileTimeout}`, () =>
      Effect.gen(function*() {
        const error = yield* failure({ fileTimeout })
        assert.strictEqual(error._tag === "MistralError" && error.reason._tag, "NotFound")
        assert.strictEqual((yield* sent).filter((one) => one === "create").length, creations)
        assert.strictEqual(yield* count, creations + 1)
      }).pipe(Effect.provide(scripted((_, index) => index === 0 ? none : refusal(404, "file not found")))))
  }

  for (
    const [status, message] of [[404, "Model m not found"], [404, "No such agent"], [400, "file is too large"], [
      422,
      "model not found"
    ]] as const
  ) {
    it.effect(`with ${status} "${message}" is not about a missing file, and not sent again`, () =>
      Effect.gen(function*() {
        yield* failure()
        assert.deepStrictEqual(yield* sent, [search, "create"])
      }).pipe(Effect.provide(scripted([none, refusal(status, message)]))))
  }

  it.effect("with a 404 is not sent again where the request names no file", () =>
    Effect.gen(function*() {
      yield* failure({}, { input_files: undefined, requests: [{ custom_id: "1", body: {} }] })
      assert.deepStrictEqual(yield* sent, [search, "create"])
    }).pipe(Effect.provide(scripted([none, refusal(404, "file not found")]))))

  it.effect("because of a missing file, and then lost, is found all the same", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* id(), "created")
      assert.deepStrictEqual(yield* sent, [search, "create", "create", search])
    }).pipe(Effect.provide(scripted([
      none,
      refusal(404, "file not found"),
      connectionError(),
      page([job({ id: "created" })])
    ]))))
})
