import * as Effect from "effect/Effect"
import type { DirectTransport, Receiver, Response } from "../DirectTransport.ts"
import type { Recipient, Transport } from "./transport.ts"

/** Sends by a transport that is asked by callback: no fiber, no scope and no signal for a request. */
export const directTransport = (transport: DirectTransport): Transport => ({
  send: (request, recipient) => {
    const giveUp = transport.send(request, new DirectReceiver(recipient))
    return Effect.sync(() => {
      try {
        giveUp()
      } catch {
        // A transport that cannot even let go is no reason for the call to end otherwise than it does.
      }
    })
  }
})

class DirectReceiver implements Receiver {
  readonly #recipient: Recipient

  constructor(recipient: Recipient) {
    this.#recipient = recipient
  }

  onResponse({ body, headers, status }: Response): void {
    const header = (name: string) => {
      const value = headers[name]
      return value === undefined || typeof value === "string" ? value : value.join(", ")
    }
    this.#recipient.onAnswer({
      status,
      header,
      headers: () => Object.fromEntries(Object.keys(headers).map((name) => [name, header(name)])),
      body
    })
  }

  onError(error: unknown): void {
    this.#recipient.onFailure(Effect.fail(this.#recipient.explain(error)))
  }
}
