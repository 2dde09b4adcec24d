import * as Chat from "@effect-mistral/chat/Chat"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { connect } from "node:net"
import { temporary } from "../cassette/cassetteSupport.ts"
import { ask, post, postTo, type Raw, raw } from "../support.ts"

export const fim = { model: "codestral-latest", prompt: "def area(r):\n", suffix: "\n", max_tokens: 20 }

/** Every kind of exchange of the client. */
export const session = Effect.gen(function*() {
  const whole = yield* Chat.complete(ask("Tell me about fog", { max_tokens: 12 }))
  const chunks = yield* Stream.runCollect(Chat.stream(ask("Tell me about fog", { max_tokens: 12 })))
  const filled = yield* Fim.complete(fim)
  const lines = yield* Stream.runCollect(Fim.stream(fim))
  const refused = yield* Effect.flip(Chat.complete(ask("Hi", { model: "nothing" })))
  return { whole, chunks, filled, lines, refused: refused.reason }
})

/** The same exchanges, compared byte for byte. */
export const bodies = Effect.forEach([
  post(ask("Tell me about snow")),
  post({ ...ask("Tell me about snow"), stream: true }),
  postTo("/v1/fim/completions")(fim),
  post(ask("Hi", { model: "nothing" })),
  post("no JSON"),
  raw("/v1/models"),
  raw("/v1/models/mistral-embed?a=1&b=2"),
  raw("/v1/nothing"),
  raw("/v1/models", { headers: { authorization: "Bearer wrong-key" } })
], (exchange) => Effect.map(exchange, comparable))

export const comparable = ({ headers, status, text }: Raw) => ({
  status,
  text,
  type: headers.get("content-type"),
  id: headers.get("mistral-correlation-id")
})

/** A directory with recorded exchanges of the surrounding emulator. */
export const recordedDirectory = Effect.gen(function*() {
  const directory = yield* temporary
  const { url } = yield* Emulator.Emulator
  yield* Effect.provide(
    Effect.all([
      post(ask("Tell me about fog")),
      post({ ...ask("Tell me about fog"), stream: true, tools: [] }),
      raw("/v1/models")
    ]),
    Emulator.layer({ upstream: { url, record: directory } })
  )
  return directory
})

/** The status line of the response to a path that is sent as it is. */
export const statusLine = (port: number, path: string): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    })
    socket.once("data", (bytes) => resume(Effect.succeed(bytes.toString().split("\r\n")[0] ?? "")))
    return Effect.sync(() => socket.destroy())
  })

/** Reads a response piece by piece. */
export const reading = Effect.fnUntraced(function*(path: string, init: RequestInit = {}) {
  const { url } = yield* Emulator.Emulator
  const stop = new AbortController()
  const response = yield* Effect.promise(() => fetch(`${url}${path}`, { ...init, signal: stop.signal }))
  const reader = response.body!.getReader()
  return {
    next: Effect.promise(async () => {
      const { value } = await reader.read()
      return value === undefined ? undefined : new TextDecoder().decode(value)
    }),
    cancel: Effect.sync(() => stop.abort())
  }
})

/** Waits until no request is in progress. */
export const settled = (active: Effect.Effect<number>) =>
  active.pipe(Effect.repeat({ until: (count) => count === 0, schedule: Schedule.spaced("5 millis") }))
