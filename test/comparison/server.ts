/** A server of chat completions whose faults are named by the `model` of the request. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** A request as the server saw it. */
export interface Seen {
  /** Milliseconds, on the clock of `performance.now`. */
  readonly at: number
  readonly body: string
  /** Whether the client closed the connection before the response had ended. */
  closed: boolean
}

/** The server, and the requests since the last `reset`. */
export interface Server {
  readonly url: string
  readonly seen: ReadonlyArray<Seen>
  readonly reset: () => void
  readonly close: () => void
}

const piece = (content: string, more: object = {}) => ({
  id: "cmpl-1",
  object: "chat.completion.chunk",
  created: 1_790_000_000,
  model: "mistral-small-latest",
  choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null, ...more }]
})

const usage = { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 }

const whole = (message: object = {}, more: object = {}) => ({
  id: "cmpl-1",
  object: "chat.completion",
  created: 1_790_000_000,
  model: "mistral-small-latest",
  usage,
  choices: [{
    index: 0,
    message: { role: "assistant", content: "one two three", ...message },
    finish_reason: "stop"
  }],
  ...more
})

const event = (data: unknown) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`

const sentence = "Input should be less than or equal to 1.5"

/** The body of a refusal, as Mistral's API sends it. */
const refusal = {
  object: "error",
  message: { detail: [{ type: "less_than_equal", loc: ["body", "temperature"], msg: sentence, input: 7 }] },
  type: "invalid_request_error",
  param: null,
  code: null
}

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
) => {
  response.writeHead(status, { "content-type": "application/json", "mistral-correlation-id": "id-7f3a", ...headers })
  response.end(JSON.stringify(body))
}

const begin = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "text/event-stream", "mistral-correlation-id": "id-7f3a" })
  response.flushHeaders()
}

const finish = (response: ServerResponse) => {
  const last = piece("", { finish_reason: "stop" })
  response.end(event({ ...last, usage }) + event("[DONE]"))
}

/** Answers whole, or streams three pieces. */
const answer = (response: ServerResponse, stream: boolean) => {
  if (!stream) return json(response, 200, whole())
  begin(response)
  for (const text of ["one ", "two ", "three"]) response.write(event(piece(text)))
  finish(response)
}

/** What the server does, by the model of a request. `attempt` counts from 1. */
const behaviours: Readonly<
  Record<string, (response: ServerResponse, attempt: number, stream: boolean) => void | Promise<void>>
> = {
  "ends-early": (response) => {
    begin(response)
    response.end(event(piece("one ")) + event(piece("two ")))
  },
  "error-event": (response) => {
    begin(response)
    response.end(
      event(piece("one ")) +
        event({
          object: "error",
          message: "Service tier capacity exceeded",
          type: "service_tier_capacity_exceeded",
          code: "3505"
        })
    )
  },
  "half-event": (response) => {
    begin(response)
    response.end(event(piece("one ")) + event("{\"id\":\"cmpl-1\",\"choices\":[{") + event("[DONE]"))
  },
  "login-page": (response) => {
    response.writeHead(200, { "content-type": "text/html" })
    response.end("<html><title>Sign in to the network</title></html>")
  },
  "fails-twice": (response, attempt, stream) =>
    attempt < 3 ? json(response, 503, { object: "error", message: "Overloaded" }) : answer(response, stream),
  "retry-after": (response, attempt, stream) =>
    attempt === 1
      ? json(response, 429, { object: "error", message: "Rate limit exceeded" }, { "retry-after": "3" })
      : answer(response, stream),
  "long": async (response) => {
    begin(response)
    for (let count = 0; count < 10; count++) {
      response.write(event(piece("more ")))
      await sleep(200)
    }
    finish(response)
  },
  "silent": (response) => {
    begin(response)
    response.write(event(piece("one ")))
  },
  "new-field": (response) => json(response, 200, whole({ citations: [{ url: "https://new.example" }] })),
  "null-calls": (response) => json(response, 200, whole({ tool_calls: null })),
  "wrong-type": (response) => json(response, 200, whole({ content: 42 })),
  "refused": (response) => json(response, 422, refusal)
}

/** Starts the server on a free port. */
export const start = async (): Promise<Server> => {
  let seen: Array<Seen> = []
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const body = Buffer.concat(parts).toString()
      const one: Seen = { at: performance.now(), body, closed: false }
      seen.push(one)
      response.on("close", () => one.closed = !response.writableFinished)
      const { model, stream } = JSON.parse(body) as { readonly model: string; readonly stream?: boolean }
      const behaviour = behaviours[model]
      if (behaviour === undefined) return answer(response, stream === true)
      void behaviour(response, seen.length, stream === true)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get seen() {
      return seen
    },
    reset: () => {
      seen = []
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
