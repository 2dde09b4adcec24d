import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type { DirectTransport, Receiver, Response } from "../DirectTransport.ts"
import type { Source } from "./byteSource.ts"
import { fromWeb } from "./webSource.ts"

/** Asks `fetch` by callback. What is provided where a call is made comes before what the layer was made with. */
export const fetchTransport = (services: Context.Context<never>): DirectTransport => ({
  send: ({ body, headers, method, url }, receiver) => {
    const { Fetch, RequestInit } = FetchHttpClient
    const fetch = Context.getOrUndefined(receiver.context, Fetch) ?? Context.get(services, Fetch)
    const init = Context.getOrUndefined(receiver.context, RequestInit) ?? Context.getOrUndefined(services, RequestInit)
    const controller = new AbortController()
    const { signal } = controller
    try {
      fetch(url, {
        ...init,
        method,
        headers: init?.headers === undefined
          ? headers
          : { ...Headers.fromInput(init.headers as Headers.Input), ...headers },
        body: body ?? null,
        signal
      }).then(
        (response) => signal.aborted ? letGo(response) : hand(response, receiver),
        (error: unknown) => receiver.onError(error)
      )
    } catch (error) {
      receiver.onError(error)
    }
    return () => controller.abort()
  }
})

const hand = (response: globalThis.Response, receiver: Receiver): void => {
  let answer: WebAnswer
  try {
    answer = new WebAnswer(response)
  } catch (error) {
    // Its body was read before.
    return receiver.onError(error)
  }
  receiver.onResponse(answer)
}

/** A `fetch` that knows no signals answers all the same. */
const letGo = (response: globalThis.Response): void => {
  response.body?.cancel().catch(() => {})
}

class WebAnswer implements Response {
  readonly status: number
  readonly body: Source
  readonly #headers: globalThis.Headers

  constructor(response: globalThis.Response) {
    this.status = response.status
    this.#headers = response.headers
    this.body = fromWeb(response.body)
  }

  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined
  }

  headers(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#headers)
  }
}
