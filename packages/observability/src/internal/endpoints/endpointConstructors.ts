import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Schema from "effect/Schema"
import * as Judge from "../../Judge.ts"

/** A path below `/v1/observability`. `{name}` stands for a path parameter. */
type Path = `/${string}`

const root = "/v1/observability"

/** The schema of an endpoint's query parameters: each key of it is one. */
type Query = Endpoint<never, never>["query"]

/** An endpoint that reads a resource or a list. */
export const getEndpoint = <Response>(
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

/** An endpoint that takes a body by POST and is idempotent, such as a search. */
export const idempotentPostEndpoint = <Request, Response>(
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

/** An endpoint that runs a model, which judges something. */
export const judgeEndpoint = <Request>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, Judge.Output> => ({
  ...idempotentPostEndpoint(name, path, request, Judge.Output),
  retryable: "beforeFirstByte"
})

/** Makes an endpoint from its name, its path, and the schemas of its body and its response. */
type BodyEndpoint = <Request, Response>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>,
  response: Schema.Codec<Response, unknown>
) => Endpoint<Request, Response>

/** An endpoint that creates a resource. It is not idempotent: sent twice, it creates two. */
export const createEndpoint: BodyEndpoint = (...parts) => ({
  ...idempotentPostEndpoint(...parts),
  retryable: "ifRejected"
})

/** An endpoint that changes some keys of a resource. */
export const patchEndpoint: BodyEndpoint = (...parts) => ({ ...idempotentPostEndpoint(...parts), method: "PATCH" })

/** An endpoint that replaces a resource. The response has no body. */
export const putEndpoint = <Request>(
  name: string,
  path: Path,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, unknown> => ({ ...idempotentPostEndpoint(name, path, request, Schema.Unknown), method: "PUT" })

/** An endpoint that deletes a resource. The response has no body. */
export const deleteEndpoint = (name: string, path: Path): Endpoint<void, unknown> => ({
  ...getEndpoint(name, path, Schema.Unknown),
  method: "DELETE"
})

const noQuery: Query = Schema.Struct({})
