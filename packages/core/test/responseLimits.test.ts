/**
 * How much of a response is read: whole ones and events up to `maxSize`, also where their end never comes, and of a
 * refusal its beginning.
 */
import { type MistralClient, type MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import {
  apiKey,
  bothWays,
  clientOver,
  complete,
  eventStream,
  listModels,
  open,
  requests,
  stream,
  within
} from "./fixtures/scriptedClient.ts"

/** JSON of a list of models that is so many characters long. */
const listOf = (size: number, filling = "x") => {
  const [before, after] = ["{\"object\":\"list\",\"data\":[],\"filling\":\"", "\"}"]
  return `${before}${filling.repeat(size - before.length - after.length)}${after}`
}

/** JSON of a chunk that is so many characters long. */
const chunkOf = (size: number, filling = "x") => {
  const [before, after] = [
    "{\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"",
    "\"}}]}"
  ]
  return `${before}${filling.repeat(size - before.length - after.length)}${after}`
}

const done = "data: [DONE]\n\n"

const events = (reads: ReadonlyArray<string>, ending: "end" | "hang" = "end") =>
  ScriptedHttpClient.bytes(reads, { headers: eventStream, ending })

/** A text in pieces of so many characters. */
const inPieces = (text: string, size: number) => text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []

const isTooLarge = ({ reason }: MistralError.MistralError, size: number) => {
  assert.strictEqual(reason._tag, "InvalidResponse")
  if (reason._tag === "InvalidResponse") {
    assert.strictEqual(reason.kind, "tooLarge")
    assert.include(reason.description, String(size))
    assert.strictEqual(reason.status, 200)
    assert.isFalse(reason.isRetryable)
  }
}

describe("a whole response", () => {
  for (const [how, pieces] of Object.entries({ "in one read": 1e6, "in reads of 7 characters": 7 })) {
    it.effect(`of as many characters as maxSize is read, ${how}`, () =>
      Effect.gen(function*() {
        const list = yield* listModels({ maxSize: 200 })
        assert.strictEqual(JSON.stringify(list), listOf(200))
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes(inPieces(listOf(200), pieces))]))))

    it.effect(`of one character more than maxSize is refused, ${how}`, () =>
      Effect.gen(function*() {
        isTooLarge(yield* Effect.flip(listModels({ maxSize: 200 })), 200)
        assert.strictEqual(yield* open, 0)
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes(inPieces(listOf(201), pieces))]))))
  }

  it.effect("is measured in characters and not in bytes", () =>
    Effect.gen(function*() {
      const list = yield* listModels({ maxSize: 200 })
      assert.strictEqual(JSON.stringify(list), listOf(200, "漢"))
      isTooLarge(yield* Effect.flip(listModels({ maxSize: 200 })), 200)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes([listOf(200, "漢")]),
      ScriptedHttpClient.bytes([listOf(201, "漢")])
    ]))))

  it.effect("that is too large is refused before its end comes, and its connection is closed", () =>
    Effect.gen(function*() {
      isTooLarge(yield* within(Effect.flip(listModels({ maxSize: 100 })), "1 second"), 100)
      assert.strictEqual(yield* open, 0)
      isTooLarge(yield* within(Effect.flip(complete({ maxSize: 100 })), "1 second"), 100)
      assert.strictEqual(yield* open, 0)
    }).pipe(
      Effect.provide(clientOver(() => ScriptedHttpClient.bytes(inPieces("[".repeat(1000), 10), { ending: "hang" })))
    ))

  it.effect("has the limit of its call before that of its client", () =>
    Effect.gen(function*() {
      isTooLarge(yield* Effect.flip(listModels()), 199)
      yield* listModels({ maxSize: 200 })
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.bytes([listOf(200)]), { maxSize: 199 }))))

  it.effect("of a megabyte is read without a limit of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual(JSON.stringify(yield* listModels()).length, 1024 * 1024)
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes([listOf(1024 * 1024)])]))))

  it.effect("that comes in place of an event stream has the same limit", () =>
    Effect.gen(function*() {
      isTooLarge(yield* within(Effect.flip(bothWays.streamed({ maxSize: 100 })), "1 second"), 100)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes(inPieces(`{"message":"${"x".repeat(1000)}`, 10), { ending: "hang" })
    ]))))

  it.effect("without a content type has the same limit for white space before its first field", () =>
    Effect.gen(function*() {
      for (let stream = 0; stream < 2; stream++) {
        isTooLarge(yield* within(Effect.flip(bothWays.streamed({ maxSize: 100 })), "1 second"), 100)
        assert.strictEqual(yield* open, 0)
      }
      assert.lengthOf(yield* Stream.runCollect(stream({ maxSize: 100 })), 1)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes([" ".repeat(101)], { ending: "hang" }),
      ScriptedHttpClient.bytes(Array.from({ length: 60 }, () => " \n"), { ending: "hang" }),
      ScriptedHttpClient.bytes([`${" \n".repeat(100)}data: ${chunkOf(90)}\n\n${done}`])
    ]))))
})

describe("an event", () => {
  const run = (options: MistralClient.CallOptions) => Stream.runCollect(stream(options))

  for (const fastPath of [true, false]) {
    describe(`with the fast path ${fastPath ? "on" : "off"}`, () => {
      it.effect("of as many characters as maxSize is read", () =>
        Effect.gen(function*() {
          const chunks = yield* run({ maxSize: 200, fastPath })
          assert.deepStrictEqual(
            chunks.map((chunk) => JSON.stringify(chunk)),
            Array.from({ length: 6 }, () => chunkOf(200))
          )
        }).pipe(Effect.provide(clientOver([
          events([...Array.from({ length: 6 }, () => `data: ${chunkOf(200)}\n\n`), done])
        ]))))

      it.effect("of as many characters as maxSize is read wherever it is cut before its line break", () =>
        Effect.gen(function*() {
          for (const field of ["data: ", "data:", "event: x\ndata: "]) {
            const event = `${field}${chunkOf(200)}`
            for (const end of ["\n\n", "\r\n\r\n", "\r\r"]) {
              const chunks = yield* run({ maxSize: 200, fastPath }).pipe(
                Effect.provide(clientOver([events([event, `${end}${event}`, end, done])]))
              )
              assert.lengthOf(chunks, 2)
            }
          }
        }))

      it.effect("of one character more than maxSize is refused, after those before it", () =>
        Effect.gen(function*() {
          const given: Array<number> = []
          const error = yield* Effect.flip(
            Stream.runForEach(
              stream({ maxSize: 200, fastPath }),
              (chunk) => Effect.sync(() => given.push(JSON.stringify(chunk).length))
            )
          )
          isTooLarge(error, 200)
          assert.deepStrictEqual(given, [200, 200, 200, 200])
          assert.isTrue(error.reason._tag === "InvalidResponse" && error.reason.chunks === 4)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(clientOver([
          events([...[200, 200, 200, 200, 201, 200].map((size) => `data: ${chunkOf(size)}\n\n`), done])
        ]))))

      it.effect("that never ends is refused once it is too large, in one read or in many", () =>
        Effect.gen(function*() {
          for (let stream = 0; stream < 4; stream++) {
            isTooLarge(yield* within(Effect.flip(run({ maxSize: 300, fastPath })), "1 second"), 300)
            assert.strictEqual(yield* open, 0)
          }
        }).pipe(Effect.provide(clientOver([
          events([`data: ${"x".repeat(1000)}`], "hang"),
          events(inPieces(`data: ${"x".repeat(1000)}`, 10), "hang"),
          // A stream that began well.
          events(
            [...Array.from({ length: 4 }, () => `data: ${chunkOf(200)}\n\n`), `data: ${"x".repeat(1000)}`],
            "hang"
          ),
          events([": x".repeat(1000)], "hang")
        ]))))

      it.effect("of many lines that never ends is refused once it is too large", () =>
        Effect.gen(function*() {
          isTooLarge(yield* within(Effect.flip(run({ maxSize: 300, fastPath })), "1 second"), 300)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(clientOver([
          events(Array.from({ length: 100 }, () => `data: ${"x".repeat(20)}\n`), "hang")
        ]))))

      it.effect("is measured by itself: a stream may be longer than maxSize", () =>
        Effect.gen(function*() {
          assert.lengthOf(yield* run({ maxSize: 200, fastPath }), 50)
        }).pipe(Effect.provide(clientOver([
          events([...inPieces(Array.from({ length: 50 }, () => `data: ${chunkOf(150)}\n\n`).join(""), 33), done])
        ]))))
    })
  }
})

describe("a refusal", () => {
  const longest = 64 * 1024

  it.effect("is read to 64 Ki bytes, and what comes within them is understood", () =>
    Effect.gen(function*() {
      const filled = (size: number) =>
        `{"filling":"${"x".repeat(size - "{\"filling\":\"\",\"message\":\"no\"}".length)}","message":"no"}`
      for (const [size, message] of [[longest, "no"], [longest + 1, undefined]] as const) {
        const error = yield* Effect.flip(complete()).pipe(
          Effect.provide(clientOver([ScriptedHttpClient.bytes(inPieces(filled(size), 1000), { status: 400 })]))
        )
        assert.isTrue(error.reason._tag === "BadRequest" && error.reason.status === 400)
        assert.strictEqual("serverMessage" in error.reason ? error.reason.serverMessage : undefined, message)
      }
    }))

  it.effect("of endless length is cut off without a wait", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(complete()), 0)
      assert.strictEqual(error.status, 500)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes(Array.from({ length: 100 }, () => "x".repeat(1000)), { status: 500, ending: "hang" })
    ]))))

  for (const [length, shown] of [[499, 499], [500, 500], [501, 503], [5000, 503]] as const) {
    it.effect(`whose sentence has ${length} characters shows ${shown}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(complete())
        assert.strictEqual("serverMessage" in reason && reason.serverMessage?.length, shown)
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.json({ message: "m".repeat(length) }, { status: 400 })]))))
  }

  it.effect("is waited for 2 seconds at most, and not beyond the limits of its call", () =>
    Effect.gen(function*() {
      for (const [timeout, ends] of [[{}, 2000], [{ firstByte: 1500 }, 1500], [{ firstByte: 3000 }, 2000]] as const) {
        const error = yield* within(Effect.flip(complete({ timeout })), ends)
        assert.strictEqual(error.status, 400)
      }
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.bytes(["{"], { status: 400, ending: "hang" })))))
})

describe("what a response says of its size", () => {
  it.effect("is never the response itself", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete({ maxSize: 50 }))
      assert.notInclude(JSON.stringify(error), "a secret completion")
      assert.notInclude(error.message, apiKey)
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.json(TestCompletion.response("a secret completion"))]))))
})
