import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Page, PageQuery } from "../Page.ts"
import { readPages } from "./pages.ts"
import type { Call, Target } from "./service.ts"

/** One page of the list an endpoint gives, and all of the list from a page on. */
export const list = <Response, A>(
  call: Call,
  endpoint: Endpoint<void, Response>,
  page: (response: Response) => Page<A>
) => {
  const one = (
    params: Target["params"],
    query: PageQuery | undefined,
    callOptions: RequestOptions.RequestOptions | undefined
  ): Effect.Effect<Response, MistralError> => call(endpoint, undefined, { params, query: { ...query } }, callOptions)
  const all = (
    params: Target["params"],
    query: PageQuery | undefined,
    callOptions: RequestOptions.RequestOptions | undefined
  ): Stream.Stream<A, MistralError> =>
    readPages((number) => Effect.map(one(params, { ...query, page: number }, callOptions), page), query)
  return { one, all }
}
