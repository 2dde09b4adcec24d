import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Body } from "../src/internal/undiciBody.ts"

// A test that waits for something that never comes fails after two seconds.
vi.setConfig({ testTimeout: 2_000 })

describe("Body", () => {
  it.effect("tells that the answer has begun with a piece that came with its head, and a moment later if none did", () =>
    Effect.gen(function*() {
      const controller = { pause: () => {}, resume: () => {} }
      const told: Array<string> = []

      const together = new Body(4)
      together.start(controller, () => told.push("together"))
      assert.deepStrictEqual(told, [])
      together.push(new Uint8Array([1]))
      assert.deepStrictEqual(told, ["together"])
      assert.strictEqual(yield* read(together), "1 pieces")

      const apart = new Body(4)
      apart.start(controller, () => told.push("apart"))
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(told, ["together", "apart"])
      apart.push(new Uint8Array([1]))
      assert.strictEqual(yield* read(apart), "1 pieces")

      const failed = new Body(4)
      failed.start(controller, () => told.push("failed"))
      failed.fail("lost")
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(told, ["together", "apart", "failed"])
      assert.strictEqual(yield* read(failed), "lost")
    }))

  it.effect("gives all that waits in one read, pauses at the high-water mark and resumes when it was read", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      const body = new Body(4)
      body.start({ pause: () => calls.push("pause"), resume: () => calls.push("resume") }, () => {})
      body.push(new Uint8Array([1, 2]))
      assert.deepStrictEqual(calls, [])
      body.push(new Uint8Array([3, 4]))
      body.push(new Uint8Array([5]))
      assert.deepStrictEqual(calls, ["pause"])
      assert.strictEqual(yield* read(body), "3 pieces")
      assert.deepStrictEqual(calls, ["pause", "resume"])
    }))

  it.effect("gives what had come before a failure, then the failure, again and again", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      body.push(new Uint8Array([1]))
      body.fail("lost")
      assert.strictEqual(yield* read(body), "1 pieces")
      assert.strictEqual(yield* read(body), "lost")
      assert.strictEqual(yield* read(body), "lost")
    }))

  it.effect("gives a waiting reader all that one read of the socket holds, then the end", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const [first, second] = piecesOfOneRead()
      const waiting = yield* Effect.forkChild(read(body), { startImmediately: true })
      body.push(first)
      body.push(second)
      body.end()
      assert.strictEqual(yield* Fiber.join(waiting), "2 pieces")
      assert.strictEqual(yield* read(body), "end")
    }))

  it.effect("gives a waiting reader at once what comes alone, and later what is not followed by the rest of its read", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const given: Array<string> = []
      const wait = () => body.read({ onBytes: ({ length }) => given.push(`${length} pieces`), ...ends(given) })
      wait()
      body.push(new Uint8Array([1]))
      assert.deepStrictEqual(given, ["1 pieces"])
      wait()
      body.push(piecesOfOneRead()[0])
      assert.deepStrictEqual(given, ["1 pieces"])
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(given, ["1 pieces", "1 pieces"])
      wait()
      body.end()
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(given, ["1 pieces", "1 pieces", "end"])
    }))

  it.effect("forgets a reader that no longer waits, and no other in its place", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const given: Array<string> = []
      const forget = body.read({ onBytes: () => given.push("forgotten"), ...ends(given) })
      forget()
      body.read({ onBytes: () => given.push("waiting"), ...ends(given) })
      forget()
      body.push(new Uint8Array([1]))
      assert.deepStrictEqual(given, ["waiting"])
    }))

  it("gives nothing to a reader that was cancelled, and keeps it for the next one", () => {
    const body = new Body(4)
    const given: Array<string> = []
    body.read({ onBytes: () => given.push("cancelled"), ...ends(given) })()
    body.push(new Uint8Array([1]))
    assert.deepStrictEqual(given, [])
    body.read({ onBytes: () => given.push("next"), ...ends(given) })
    assert.deepStrictEqual(given, ["next"])
  })

  it.effect("keeps what comes for a reader that was interrupted", () =>
    Effect.gen(function*() {
      const body = new Body(4)
      const waiting = yield* Effect.forkChild(read(body), { startImmediately: true })
      body.push(piecesOfOneRead()[0])
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(yield* read(body), "1 pieces")
    }))

  it("hands over a chunk at once up to seven bytes before the end of its read, which is the end of a chunked body", () => {
    const given: Array<string> = []
    const body = new Body(100)
    const bytes = new Uint8Array(16)
    const wait = () => body.read({ onBytes: ({ length }) => given.push(`${length} pieces`), ...ends(given) })
    wait()
    body.push(bytes.subarray(4, 9))
    assert.deepStrictEqual(given, ["1 pieces"])
    wait()
    body.push(bytes.subarray(4, 8))
    assert.deepStrictEqual(given, ["1 pieces"])
  })

  it.effect("keeps the order and the bytes of its chunks", () =>
    Effect.gen(function*() {
      const body = new Body(100)
      const given: Array<ReadonlyArray<number>> = []
      const keep = { onBytes: (bytes: ReadonlyArray<Uint8Array>) => given.push(bytes.flatMap((chunk) => [...chunk])) }
      body.push(new Uint8Array([1, 2]))
      body.push(new Uint8Array([3]))
      body.read({ ...keep, ...ends([]) })
      body.read({ ...keep, ...ends([]) })
      body.push(new Uint8Array([4]))
      assert.deepStrictEqual(given, [[1, 2, 3], [4]])
    }))

  it("pauses by bytes and not by chunks, once, and counts anew after a read", () => {
    const calls: Array<string> = []
    const body = new Body(4)
    const wait = () => body.read({ onBytes: ({ length }) => calls.push(`${length} pieces`), ...ends(calls) })
    body.start({ pause: () => calls.push("pause"), resume: () => calls.push("resume") }, () => {})
    for (let i = 0; i < 3; i++) body.push(new Uint8Array(1))
    body.push(new Uint8Array(0))
    assert.deepStrictEqual(calls, [])
    wait()
    assert.deepStrictEqual(calls, ["4 pieces"])
    body.push(new Uint8Array(3))
    assert.lengthOf(calls, 1)
    body.push(new Uint8Array(1))
    body.push(new Uint8Array(9))
    assert.deepStrictEqual(calls.slice(1), ["pause"])
    wait()
    assert.deepStrictEqual(calls.slice(1), ["pause", "resume", "3 pieces"])
    body.push(new Uint8Array(4))
    assert.deepStrictEqual(calls.slice(4), ["pause"])
  })

  it("does not pause for a reader that keeps up", () => {
    const calls: Array<string> = []
    const body = new Body(4)
    body.start({ pause: () => calls.push("pause"), resume: () => calls.push("resume") }, () => {})
    body.push(new Uint8Array(1))
    for (let i = 0; i < 9; i++) {
      body.read({ onBytes: () => {}, ...ends(calls) })
      body.push(new Uint8Array(3))
    }
    assert.deepStrictEqual(calls, [])
  })

  it.effect("tells that the response has begun once, and before the end of an empty body", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const body = new Body(4)
      body.start({ pause: () => {}, resume: () => {} }, () => {
        told.push("begun")
        body.read({ onBytes: () => told.push("bytes"), ...ends(told) })
      })
      body.end()
      assert.deepStrictEqual(told, [])
      yield* Effect.promise(() => Promise.resolve())
      body.read({ onBytes: () => told.push("bytes"), ...ends(told) })
      assert.deepStrictEqual(told, ["begun", "end", "end"])
    }))

  it.effect("tells a reader that reads on of the end, once", () =>
    Effect.gen(function*() {
      const body = new Body(100)
      const given: Array<string> = []
      const reader = {
        onBytes: ({ length }: { readonly length: number }) => {
          given.push(`${length} pieces`)
          body.read(reader)
        },
        ...ends(given)
      }
      body.read(reader)
      body.push(piecesOfOneRead()[0])
      body.end()
      for (let i = 0; i < 3; i++) yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(given, ["1 pieces", "end"])
    }))

  it.effect("tells a waiting reader of a failure, once", () =>
    Effect.gen(function*() {
      const told: Array<unknown> = []
      const body = new Body(4)
      body.read({ onBytes: () => {}, onEnd: () => told.push("end"), onError: (error) => told.push(error) })
      body.fail("lost")
      yield* Effect.promise(() => Promise.resolve())
      yield* Effect.promise(() => Promise.resolve())
      assert.deepStrictEqual(told, ["lost"])
    }))
})

/** Two pieces as undici gives them: views of what the socket read. */
const piecesOfOneRead = () => {
  const bytes = new Uint8Array(32)
  return [bytes.subarray(4, 8), bytes.subarray(20, 24)] as const
}

const ends = (given: Array<string>) => ({
  onEnd: () => void given.push("end"),
  onError: () => void given.push("error")
})

const read = (body: Body) =>
  Effect.callback<unknown>((resume) =>
    Effect.sync(body.read({
      onBytes: (bytes) => resume(Effect.succeed(`${bytes.length} pieces`)),
      onEnd: () => resume(Effect.succeed("end")),
      onError: (error) => resume(Effect.succeed(error))
    }))
  )
