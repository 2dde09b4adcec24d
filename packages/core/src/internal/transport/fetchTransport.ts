import * as Context from "effect/Context"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import type { DirectTransport, Response } from "../../DirectTransport.ts"
import { webBody } from "./webBody.ts"

/** Sends through `fetch`. Services of the call win over those that the layer was built with. */
export const fetchTransport = (services: Context.Context<never>): DirectTransport => ({
  send: ({ body, headers, method, url }, receiver) => {
    const context = Context.merge(services, receiver.context)
    const fetch = Context.get(context, FetchHttpClient.Fetch)
    const init = Context.getOrUndefined(context, FetchHttpClient.RequestInit)
    const controller = new AbortController()
    const options: RequestInit = {
      ...init,
      method,
      headers: { ...Headers.fromInput(init?.headers as Headers.Input), ...headers },
      body: body ?? null,
      // A redirect must not take the key and the prompt to another host.
      redirect: "manual",
      signal: controller.signal
    }
    // Only a rejection of `fetch`, or a throw, means that no response came.
    const response = new Promise<globalThis.Response>((resolve) => resolve(fetch(url, options)))
    response.then(
      // A `fetch` that ignores the signal delivers a response even after the request was cancelled.
      (web) => controller.signal.aborted ? discard(web) : receiver.onResponse(fetchResponse(web)),
      (error: unknown) => receiver.onError(error)
    )
    return () => controller.abort()
  }
})

const discard = async (response: globalThis.Response): Promise<void> => {
  try {
    await response.body?.cancel()
  } catch {
    // Nobody waits for this response.
  }
}

/** The response of a `fetch`. Nothing of it is read before it is used, so that a wrong response fails its reader. */
const fetchResponse = (web: globalThis.Response): Response => ({
  get status() {
    return web.status
  },
  get body() {
    return webBody(web)
  },
  header: (name) => web.headers.get(name) ?? undefined,
  headers: () => Object.fromEntries(web.headers)
})
