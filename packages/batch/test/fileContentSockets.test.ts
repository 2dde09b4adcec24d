import { Files } from "@effect-mistral/batch"
import { RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import type * as http from "node:http"
import { gzipSync } from "node:zlib"
import { clients, filesOver, serve } from "./fixtures/server.ts"
import { bytesOf } from "./fixtures/uploadServer.ts"

const retry = RetryPolicy.make({ schedule: Schedule.recurs(4) })
const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index ^ (index >> 7))

describe.each(clients)("Files.content over %s", (_, layer) => {
  it.live.each<readonly [string, http.OutgoingHttpHeaders]>([
    ["whose length is known", { "content-length": `${bytes.length}` }],
    ["that comes in chunks", {}]
  ])("gives a file %s as it is, wherever the connection is lost", ([, headers]) =>
    Effect.gen(function*() {
      // Also before the first byte, and after the last one.
      const cuts = [1, 100_000, 0, 100_000, 65_536, 299_999, 299_999, 300_000]
      let requests = 0
      const url = yield* serve((_, response) => {
        const cut = cuts[requests++]
        response.writeHead(200, headers)
        if (cut === undefined) response.end(bytes)
        else response.write(bytes.subarray(0, cut), () => setTimeout(() => response.socket?.destroy(), 5))
      })
      const pieces = yield* Stream.runCollect(Files.content("id")).pipe(
        Effect.provide(filesOver(layer, url, { retry }))
      )
      assert.isTrue(Buffer.from(bytesOf(pieces)).equals(bytes))
      assert.isAtLeast(requests, cuts.length)
      assert.isAtMost(requests, cuts.length + 1)
    }))

  it.live("gives a compressed file as it is, where the connection is lost", () =>
    Effect.gen(function*() {
      const text = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => `${index * 7919}`))
      const zipped = gzipSync(text)
      let requests = 0
      const url = yield* serve((_, response) => {
        response.writeHead(200, { "content-encoding": "gzip", "content-length": zipped.length })
        if (++requests > 2) response.end(zipped)
        else {response.write(zipped.subarray(0, requests * 20_000), () =>
            setTimeout(() =>
              response.socket?.destroy(), 5))}
      })
      const pieces = yield* Stream.runCollect(Files.content("id")).pipe(
        Effect.provide(filesOver(layer, url, { retry }))
      )
      assert.strictEqual(Buffer.from(bytesOf(pieces)).toString(), text)
      assert.strictEqual(requests, 3)
    }))

  it.live("fails where the server has gone", () =>
    Effect.gen(function*() {
      const seen: Array<Uint8Array> = []
      const error = yield* Effect.scoped(Effect.gen(function*() {
        const url = yield* serve((request, response) => {
          response.write(bytes.subarray(0, 1000), () => setTimeout(() => response.socket?.destroy(), 5))
          // The server does not listen any more.
          Object(request.socket).server.close()
        })
        return yield* Stream.runForEach(Files.content("id"), (piece) => Effect.sync(() => seen.push(piece))).pipe(
          Effect.provide(filesOver(layer, url, { retry })),
          Effect.flip
        )
      }))
      assert.strictEqual(error.reason._tag, "ConnectionFailed")
      assert.isTrue(Buffer.from(bytesOf(seen)).equals(bytes.subarray(0, 1000)))
    }))

  it.live("pauses the connection while its reader is busy, and gives everything afterwards", () =>
    Effect.gen(function*() {
      const total = 64 * 1024 * 1024
      let sent = 0
      const url = yield* serve((_, response) => write(response, total, (length) => sent += length))
      let read = 0
      yield* Stream.runForEach(Files.content("id"), (piece) => {
        const first = read === 0
        read += piece.length
        if (!first) return Effect.void
        return Effect.gen(function*() {
          yield* Effect.sleep("400 millis")
          const paused = sent
          yield* Effect.sleep("200 millis")
          assert.strictEqual(sent, paused)
          assert.isBelow(paused, total / 2)
        })
      }).pipe(Effect.provide(filesOver(layer, url)))
      assert.strictEqual(read, total)
    }))

  it.live("closes the connection when its reader has enough", () =>
    Effect.gen(function*() {
      let closed = false
      const url = yield* serve((_, response) => {
        response.on("close", () => closed = true)
        write(response, Infinity, () => {})
      })
      const pieces = yield* Stream.runCollect(Stream.take(Files.content("id"), 3)).pipe(
        Effect.provide(filesOver(layer, url))
      )
      assert.strictEqual(pieces.length, 3)
      yield* Effect.repeat(Effect.sync(() => closed), {
        until: (value) => value,
        schedule: Schedule.spaced("5 millis")
      })
    }))
})

/** Writes as many bytes as the reader takes. */
const write = (response: http.ServerResponse, total: number, onSent: (length: number) => void) => {
  const piece = new Uint8Array(65_536)
  let left = total
  const go = () => {
    while (left > 0) {
      left -= piece.length
      onSent(piece.length)
      if (!response.write(piece)) return response.once("drain", go)
    }
    return response.end()
  }
  go()
}
