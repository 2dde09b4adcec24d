import { Emulator } from "@effect-mistral/emulator"
import * as Effect from "effect/Effect"
import { connect } from "node:net"

/** A response as its bytes say it. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Everything after the headers. */
  readonly body: string
}

/** Sends lines over a socket of its own, without any header that is not in them, and reads until the connection ends. */
export const rawRequest = (
  first: string,
  headers: ReadonlyArray<readonly [name: string, value: string]>,
  { body = "", address = "127.0.0.1" }: { readonly body?: string; readonly address?: string } = {}
): Effect.Effect<RawResponse, never, Emulator.Emulator> =>
  Effect.flatMap(Emulator.Emulator, ({ port }) =>
    Effect.callback<RawResponse>((resume) => {
      const socket = connect({ host: address, port })
      let text = ""
      socket.setEncoding("latin1")
      socket.on("data", (more: string) => text += more)
      socket.once("error", (error) => resume(Effect.die(error)))
      socket.once("close", () => resume(Effect.succeed(read(text))))
      const lines = [
        first,
        ...headers.map(([name, value]) => `${name}: ${value}`),
        ...(body === "" ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
        "connection: close"
      ]
      socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`)
      return Effect.sync(() => socket.destroy())
    }))

const read = (text: string): RawResponse => {
  const [head = "", ...rest] = text.split("\r\n\r\n")
  const [first = "", ...lines] = head.split("\r\n")
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(lines.map((line) => {
      const [name = "", ...value] = line.split(": ")
      return [name.toLowerCase(), value.join(": ")]
    })),
    body: rest.join("\r\n\r\n")
  }
}
