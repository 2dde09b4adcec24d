import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"

/** Whether a request comes from the emulator's own machine. A request without a network does. */
export const isFromLoopback = ({ remoteAddress }: HttpServerRequest.HttpServerRequest): boolean =>
  Option.match(remoteAddress, { onNone: () => true, onSome: isLoopback })

/** Whether an address is one that only the own machine can reach. */
export const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)
