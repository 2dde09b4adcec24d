import { BatchInput, Files } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { formOf, type Reply, uploadServer } from "../fixtures/uploadServer.ts"
import { type ChatEntry, chatFiles, entries, entry, lineOf } from "./support.ts"

describe("an upload of checked requests", () => {
  it.effect("sends the lines of each file, and its length", () =>
    withServer([], (received) =>
      Effect.gen(function*() {
        const files = yield* chatFiles(entries(5), { maxRequests: 3 })
        yield* Effect.forEach(files, upload)
        assert.deepStrictEqual<unknown>(
          yield* Effect.forEach(received, formOf),
          [
            ["1", "2", "3"],
            ["4", "5"]
          ].map((ids) => [
            ["file", {
              name: "a.jsonl",
              type: "application/jsonl",
              text: ids.map((id) => lineOf(id)).join("")
            }],
            ["purpose", "batch"]
          ])
        )
        assert.isTrue(
          received.every(({ length, pieces }) => length === pieces.reduce((sum, piece) => sum + piece.length, 0))
        )
      })))

  it.effect("sends the same again where the server was busy", () =>
    withServer([{ status: 429 }, { status: 429 }, {}], (received) =>
      Effect.gen(function*() {
        const [file] = yield* chatFiles(entries(5))
        yield* eventually(upload(file!))
        const forms = yield* Effect.forEach(received, formOf)
        assert.strictEqual(forms.length, 3)
        assert.deepStrictEqual(forms[1], forms[0])
        assert.deepStrictEqual(forms[2], forms[0])
      })))

  it.effect("sends the same again from the disk, for requests that are read once", () =>
    withServer([{ status: 429 }, {}], (received) =>
      Effect.gen(function*() {
        let runs = 0
        const requests = Stream.suspend(() => Stream.fromIterable(++runs === 1 ? entries(5) : []))
        const [file] = yield* BatchInput.filesOnDisk({ endpoint: Endpoint.chat.complete, requests })
        yield* eventually(upload(file!))
        const forms = yield* Effect.forEach(received, formOf)
        assert.strictEqual(forms.length, 2)
        assert.deepStrictEqual(forms[1], forms[0])
        assert.include(JSON.stringify(forms[1]), "custom_id")
      }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))))

  const long = entries(100).map(({ custom_id }) => entry(custom_id, "x".repeat(5000)))
  const changes: ReadonlyArray<readonly [BatchInput.ChangedInput["change"], ReadonlyArray<ChatEntry>]> = [
    ["ended", long.slice(0, 60)],
    ["ended", []],
    ["continued", [...long, entry("101")]],
    ["differs", long.with(99, entry("100", "y".repeat(5000)))]
  ]
  for (const [change, second] of changes) {
    it.effect(`fails with ChangedInput, and sends no whole file, where the source has ${change} (${second.length})`, () =>
      withServer([], (received) =>
        Effect.gen(function*() {
          let runs = 0
          const [file] = yield* chatFiles(
            Stream.suspend(() => Stream.rechunk(Stream.fromIterable(++runs === 1 ? long : second), 10))
          )
          const error = yield* Effect.flip(upload(file!))
          assert.instanceOf(error, BatchInput.ChangedInput)
          assert.strictEqual(error.change, change)
          assert.strictEqual(received.length, 1)
          assert.isFalse(received[0]!.ended)
        })))
  }
})

const upload = <E, R>({ content, size }: BatchInput.InputFile<E, R>) =>
  Files.upload({ name: "a.jsonl", purpose: "batch", content, size })

const withServer = <A, E>(
  replies: ReadonlyArray<Reply>,
  use: (received: ReturnType<typeof uploadServer>["received"]) => Effect.Effect<A, E, Files.Files>
) =>
  Effect.suspend(() => {
    const { layer, received } = uploadServer(...replies)
    return Effect.provide(use(received), layer)
  })

/** Runs an effect while the time passes that it waits. */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.raceFirst(effect, Effect.forever(Effect.andThen(Effect.yieldNow, TestClock.adjust("1 second"))))
