import { Batch, Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Schema } from "effect"
import type { WorkerOptions } from "../../../src/internal/work/worker.ts"
import { get, ledgers, outcomes, reviews, settle, startWorker, writeBatch, written } from "./support.ts"

const definitions = (definition: ReturnType<typeof changed>): Pick<WorkerOptions, "definitions"> => ({
  definitions: new Map([[definition.name, definition]])
})

/** A definition that differs from `reviews` in its request or its version. */
const changed = (options: { readonly version?: string; readonly content?: () => string }) =>
  Batch.make({
    name: "reviews",
    version: options.version,
    item: Schema.Struct({ n: Schema.Int }),
    request: ({ n }) => ({
      model: "mistral-small-latest",
      messages: [{ role: "user", content: options.content?.() ?? `review ${n}` }]
    }),
    answer: Schema.String,
    read: ({ id }) => id
  }).definition

for (const [name, ledgerLayer] of ledgers) {
  describe(`a worker over a ledger in ${name}`, () => {
    it.effect("pauses the batch when its budget of tokens is used up", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10], settings: { budget: { tokens: 25 } } })
        const { route, worker } = yield* startWorker({ concurrency: 1 })
        route.reply = () => ({ tokens: 10 })
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        const { promptTokens, reason, state } = yield* get(key)
        assert.strictEqual(state, "paused")
        assert.strictEqual(promptTokens, 30)
        assert.strictEqual(
          reason,
          "the budget of 25 tokens is used up: 30 tokens were used. Resume the batch with a higher budget."
        )
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("asks nothing of a batch that is resumed with a budget that is used up", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [10], settings: { budget: { tokens: 25 } } })
        const { route, worker } = yield* startWorker({ concurrency: 1 })
        route.reply = () => ({ tokens: 10 })
        yield* worker.runPart(key, 0, 1)
        const ledger = yield* Ledger.Ledger
        yield* ledger.setState(key, { state: "running", from: ["paused"], newRun: true })
        yield* worker.runPart(key, 0, 2)
        assert.deepStrictEqual(route.sent, [0, 1, 2])
        assert.strictEqual((yield* get(key)).state, "paused")
        yield* ledger.setState(key, {
          state: "running",
          from: ["paused"],
          newRun: true,
          settings: { budget: { tokens: 45 } }
        })
        yield* worker.runPart(key, 0, 3)
        assert.deepStrictEqual(route.sent, [0, 1, 2, 3, 4])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch when too many items fail, while other batches go on", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [40], settings: { pauseOnFailures: { share: 0.5, atLeast: 3 } } })
        const other = yield* writeBatch({ id: "b", sizes: [8] })
        const { route, worker } = yield* startWorker({ concurrency: 2 })
        route.reply = () => ({ failed: true })
        yield* Effect.all([worker.runPart(key, 0, 1), worker.runPart(other, 0, 1)], { concurrency: 2 })
        const { failed, reason, state } = yield* get(key)
        assert.strictEqual(state, "paused")
        assert.isAtLeast(failed, 3)
        assert.isAtMost(failed, 4)
        assert.include(reason ?? "", "items failed, which is more than a share of 0.5")
        assert.strictEqual((yield* get(other)).failed, 8)
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("does not pause a batch of which nothing is left", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3], settings: { budget: { tokens: 30 } } })
        const { route, worker } = yield* startWorker({ concurrency: 1 })
        route.reply = () => ({ tokens: 10 })
        yield* worker.runPart(key, 0, 1)
        assert.strictEqual((yield* get(key)).state, "running")
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch of a definition that is not registered", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { route, worker } = yield* startWorker({ definitions: new Map() })
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [])
        assert.strictEqual(
          (yield* get(key)).reason,
          "the definition \"reviews\" is not registered. Add it to Batches.layer. Then resume the batch."
        )
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch of a definition whose version was raised", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { route, worker } = yield* startWorker(definitions(changed({ version: "2" })))
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [])
        assert.include((yield* get(key)).reason ?? "", "another definition, which differs in version.")
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch of a definition that makes other requests than before, even with one item left", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const ledger = yield* Ledger.Ledger
        yield* ledger.claim(key, 0, 1, "before")
        yield* ledger.commit(
          "before",
          [0, 1].map((seq) => ({
            key,
            part: 0,
            claim: 1,
            seq,
            failed: false,
            body: "\"\"",
            asked: 1,
            doubtful: 0,
            promptTokens: 0,
            completionTokens: 0
          }))
        )
        const { route, worker } = yield* startWorker(definitions(changed({ content: () => "secret prompt" })))
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [])
        const { reason, state } = yield* get(key)
        assert.strictEqual(state, "paused")
        assert.include(reason ?? "", "differs in request.")
        assert.include(reason ?? "", "Item 2 has another request now")
        assert.notInclude(reason ?? "", "secret")
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("accepts a definition that makes the same requests by other code", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { worker } = yield* startWorker(definitions(changed({})))
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(yield* written(key), [0, 1, 2])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("lets an item fail of which no request can be made, and asks the others", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3], numbers: [0, -1, 2] })
        const { route, worker } = yield* startWorker()
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(route.sent, [0, 2])
        const { answered, asked, failed } = yield* get(key)
        assert.deepStrictEqual({ answered, asked, failed }, { answered: 2, asked: 2, failed: 1 })
        const { _tag, description } = JSON.parse((yield* outcomes(key))[1]?.body ?? "{}")
        assert.strictEqual(_tag, "RequestFailed")
        assert.match(description, /^the function threw RangeError/)
        assert.notInclude(description, "a prompt")
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch for a reason of the route, and lets what is in flight finish", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { route, worker } = yield* startWorker()
        route.instead = ({ pause }) => pause("the key is refused")
        yield* worker.runPart(key, 0, 1)
        const { reason, state } = yield* get(key)
        assert.deepStrictEqual({ reason, state }, { reason: "the key is refused", state: "paused" })
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("stops the other parts of a batch that it pauses", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [4, 4] })
        const { route, worker } = yield* startWorker({ concurrency: 2 })
        route.answers.closeUnsafe()
        const other = yield* Effect.forkChild(worker.runPart(key, 0, 1))
        yield* settle
        route.instead = ({ pause }) => pause("the key is refused")
        yield* worker.runPart(key, 1, 1)
        route.answers.openUnsafe()
        yield* Fiber.join(other)
        assert.deepStrictEqual(route.sent, [0, 1])
        assert.deepStrictEqual(yield* written(key), [0, 1])
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch of a route that leaves items without an outcome", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { route, worker } = yield* startWorker()
        route.instead = () => Effect.void
        yield* worker.runPart(key, 0, 1)
        assert.strictEqual(
          (yield* get(key)).reason,
          "the route \"live\" ended part 0, which left 3 items without an outcome"
        )
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("pauses the batch of a route that has a defect, without its message, and fails with the defect", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [3] })
        const { route, worker } = yield* startWorker()
        route.instead = () => Effect.die(new TypeError("a prompt"))
        const exit = yield* Effect.exit(worker.runPart(key, 0, 1))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.strictEqual(
          (yield* get(key)).reason,
          "the route \"live\" failed in part 0, which left 3 items without an outcome: TypeError"
        )
      }).pipe(Effect.provide(ledgerLayer)))

    it.effect("knows the definition by which the batch was written", () =>
      Effect.gen(function*() {
        const key = yield* writeBatch({ sizes: [1] })
        const { route, worker } = yield* startWorker()
        const seen: Array<unknown> = []
        route.instead = ({ commit, definition, requests }) => {
          seen.push(definition, requests.map(({ request }) => request))
          return commit({
            seq: 0,
            failed: false,
            body: "\"\"",
            asked: 1,
            doubtful: 0,
            promptTokens: 0,
            completionTokens: 0
          })
        }
        yield* worker.runPart(key, 0, 1)
        assert.deepStrictEqual(seen, [
          reviews.definition,
          [{ model: "mistral-small-latest", messages: [{ role: "user", content: "review 0" }] }]
        ])
      }).pipe(Effect.provide(ledgerLayer)))
  })
}
