import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type { DirectTransport, Response } from "../DirectTransport.ts"
import type { Source } from "./byteSource.ts"
import { fromWeb } from "./webSource.ts"

/** Asks `fetch` by callback. What is provided where a call is made comes before what the layer was made with. */
export const fetchTransport = (services: Context.Context<never>): DirectTransport => ({
  send: ({ body, headers, method, url }, receiver) => {
    const context = Context.merge(services, receiver.context)
    const fetch = Context.get(context, FetchHttpClient.Fetch)
    const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit)
    const controller = new AbortController()
    const ask = async (): Promise<void> => {
      const response = await fetch(url, {
        ...init,
        method,
        headers: { ...Headers.fromInput(init?.headers as Headers.Input), ...headers },
        body: body ?? null,
        signal: controller.signal
      })
      // A `fetch` that knows no signals answers all the same.
      if (controller.signal.aborted) await response.body?.cancel()
      else receiver.onResponse(new WebAnswer(response))
    }
    ask().catch((error: unknown) => receiver.onError(error))
    return () => controller.abort()
  }
})

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
