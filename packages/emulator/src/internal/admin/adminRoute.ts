import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import type { Failure } from "../routing/endpointRoute.ts"

/** One operation of the admin API. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** The path after `/_emulator/`, without a query: `faults`. */
  readonly path: string
  /** Whether it needs no key, as the page itself. */
  readonly open?: boolean
  readonly respond: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    Failure,
    HttpServerRequest.HttpServerRequest | Scope.Scope
  >
}
