import * as Effect from "effect/Effect"
import type { DirectTransport } from "../DirectTransport.ts"
import type { Transport } from "./transport.ts"

/** Sends by a transport that is asked by callback: no fiber, no scope and no signal for a request. */
export const directTransport = (transport: DirectTransport): Transport => ({
  send: (request, recipient) => {
    const giveUp = transport.send(request, recipient)
    return Effect.sync(() => {
      try {
        giveUp()
      } catch {
        // A transport that cannot even let go is no reason for the call to end otherwise than it does.
      }
    })
  }
})
