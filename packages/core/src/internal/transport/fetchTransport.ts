import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type { DirectTransport, Response } from "../../DirectTransport.ts"
import type { ResponseBody } from "./transport.ts"
import { webBody } from "./webBody.ts"

/** Sends through `fetch`. Services of the call win over those that the layer was built with. */
export const fetchTransport = (services: Context.Context<never>): DirectTransport => ({
  send: ({ body, headers, method, url }, receiver) => {
    const context = Context.merge(services, receiver.context)
    const fetch = Context.get(context, FetchHttpClient.Fetch)
    const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit)
    const controller = new AbortController()
    const send = async (): Promise<void> => {
      const response = await fetch(url, {
        ...init,
        method,
        headers: { ...Headers.fromInput(init?.headers as Headers.Input), ...headers },
        body: body ?? null,
        signal: controller.signal
      })
      // A `fetch` that ignores the signal delivers a response even after the request was cancelled.
      if (controller.signal.aborted) await response.body?.cancel()
      else receiver.onResponse(new FetchResponse(response))
    }
    send().catch((error: unknown) => receiver.onError(error))
    return () => controller.abort()
  }
})

class FetchResponse implements Response {
  readonly status: number
  readonly body: ResponseBody
  readonly #headers: globalThis.Headers

  constructor(response: globalThis.Response) {
    this.status = response.status
    this.#headers = response.headers
    this.body = webBody(response.body)
  }

  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined
  }

  headers(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#headers)
  }
}
