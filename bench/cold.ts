/**
 * Measures the start, each event and the end of a stream while other work uses the processor's caches in between, as in a
 * program that does more than one thing. There is no socket: the transport is a direct transport that this file controls.
 *
 *   node bench/cold.ts [<streams>]
 */
import * as Chat from "@effect-mistral/chat/Chat"
import * as DirectTransport from "@effect-mistral/core/DirectTransport"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { statSync } from "node:fs"
import { apiKey, messages } from "./clients/Client.ts"
import { events, streamSpec } from "./eventBodies.ts"
import { table } from "./table.ts"

const streams = Number(process.argv[2] ?? 1000)

const reads = events(streamSpec({ events: 6 }), "5319bd0299614c679a0068a4f2c8ffd0").map((event) => Buffer.from(event))
/** `[DONE]` is sent with the last event. */
const last = Buffer.concat(reads.splice(-2))

let receiver: DirectTransport.Receiver | undefined
let reader: Parameters<DirectTransport.Response["body"]["read"]>[0] | undefined

const http = DirectTransport.offer(
  HttpClient.make(() => Effect.die("requests are sent through the direct transport")),
  {
    send: (_, waiting) => {
      receiver = waiting
      return () => {}
    }
  }
)

const runtime = ManagedRuntime.make(Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make(apiKey) })),
  Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
))

/** Work that evicts the processor's caches, and system calls. */
const others = new Float64Array(1_500_000)
const otherWork = (): number => {
  let sum = 0
  for (let at = 0; at < others.length; at += 8) sum += others[at]!
  for (let call = 0; call < 3; call++) sum += statSync("/").size
  return sum
}

const steps = new Map<string, Array<number>>()

/** Measures a step after other work, in microseconds. */
const timed = async (step: string, run: () => unknown): Promise<void> => {
  otherWork()
  const begun = performance.now()
  await run()
  const times = steps.get(step) ?? []
  steps.set(step, times)
  times.push((performance.now() - begun) * 1000)
}

/** Delivers bytes to the reader of the stream, and the end of the body if `end` is set. */
const deliver = (bytes: Buffer, end = false) => {
  const current = reader!
  reader = undefined
  current.onBytes([bytes])
  if (end) (reader ?? current).onEnd()
}

for (let stream = 0; stream < streams; stream++) {
  let over: Promise<void> | undefined
  await timed("from the call to its request", () => {
    over = runtime.runPromise(Stream.runForEachArray(Chat.stream({ model: "m", messages }), () => Effect.void))
    return undefined
  })
  await timed("from the head and the first event to the caller", () => {
    const ahead = reads.slice(0, 1)
    receiver!.onResponse({
      status: 200,
      header: (name) => name === "content-type" ? "text/event-stream" : undefined,
      headers: () => ({}),
      body: {
        read: (waiting) => {
          const first = ahead.shift()
          if (first === undefined) reader = waiting
          else waiting.onBytes([first])
          return () => {}
        }
      }
    })
  })
  for (const [index, bytes] of reads.slice(1).entries()) {
    await timed(
      index < 2 ? "an event that is parsed in full" : "an event on the fast path",
      () => deliver(bytes)
    )
  }
  await timed("from the last event to the end of the call", () => {
    deliver(last, true)
    return over
  })
  // Waits for work in the background.
  await new Promise((resolve) => setImmediate(resolve))
}

const median = (times: ReadonlyArray<number>): number => {
  const sorted = times.slice(times.length >> 1).sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

console.log(table([["step", "µs, median"], ...[...steps].map(([step, times]) => [step, median(times).toFixed(1)])]))
process.exit()
