import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Schema from "effect/Schema"
import * as Judge from "../../Judge.ts"

/** A path below `/v1/observability`. */
type Path = `/${string}`

const root = "/v1/observability"

type Query = Endpoint<never, never>["query"]

/** Fetches something. */
export const get = <Response>(
  name: string,
  path: Path,
  response: Schema.Codec<Response, unknown>,
  query: Query = noQuery
): Endpoint<void, Response> => ({
  name,
  method: "GET",
  path: `${root}${path}`,
  request: Schema.Void,
  response,
  query,
  retryable: "always"
})

/** Asks something by a body, and changes nothing: it may be asked again. */
export const ask = <Request, Response>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>,
  response: Schema.Codec<Response, unknown>,
  query: Query = noQuery
): Endpoint<Request, Response> => ({
  name,
  method: "POST",
  path: `${root}${path}`,
  request,
  response,
  query,
  retryable: "always"
})

/** Has a model judge something. */
export const judging = <Request>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, Judge.Output> => ({ ...ask(name, path, request, Judge.Output), retryable: "beforeFirstByte" })

/** Creates something: sent twice, it creates two. */
export const create = <Request, Response>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>,
  response: Schema.Codec<Response, unknown>
): Endpoint<Request, Response> => ({ ...ask(name, path, request, response), retryable: "ifRejected" })

/** Puts something in the place of what was there. Nothing is answered. */
export const replace = <Request>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, unknown> => ({ ...ask(name, path, request, Schema.Unknown), method: "PUT" })

/** Deletes something. Nothing is answered. */
export const remove = (name: string, path: Path): Endpoint<void, unknown> => ({
  ...get(name, path, Schema.Unknown),
  method: "DELETE"
})

const noQuery: Query = Schema.Struct({})
