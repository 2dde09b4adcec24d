import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Page, PageQuery } from "../Page.ts"
import type { EndpointCall, Parameters } from "./endpointCall.ts"
import { paginatePages } from "./pagination.ts"

/** The operations of an endpoint that lists by page number: `page` gives one page, `all` every item from a page on. */
export const listOperations = <Response, A>(
  call: EndpointCall,
  endpoint: Endpoint<void, Response>,
  pageOf: (response: Response) => Page<A>
) => {
  const page = (
    params: Parameters["params"],
    query: PageQuery | undefined,
    callOptions: RequestOptions.RequestOptions | undefined
  ): Effect.Effect<Response, MistralError> => call(endpoint, undefined, { params, query: { ...query } }, callOptions)
  const all = (
    params: Parameters["params"],
    query: PageQuery | undefined,
    callOptions: RequestOptions.RequestOptions | undefined
  ): Stream.Stream<A, MistralError> =>
    paginatePages((number) => Effect.map(page(params, { ...query, page: number }, callOptions), pageOf), query)
  return { page, all }
}
