import type { Response } from "@effect-mistral/core/DirectTransport"
import type * as Undici from "@effect/platform-node/Undici"
import type { Body } from "./body.ts"

/** What undici gives: one header that came more than once is a list. */
export type RawHeaders = Parameters<NonNullable<Undici.Dispatcher.DispatchHandler["onResponseStart"]>>[2]

/** The head of an answer as undici tells it, and its body. */
export class Head implements Response {
  readonly status: number
  readonly rawHeaders: RawHeaders
  readonly body: Body

  constructor(status: number, rawHeaders: RawHeaders, body: Body) {
    this.status = status
    this.rawHeaders = rawHeaders
    this.body = body
  }

  header(name: string): string | undefined {
    const value = this.rawHeaders[name]
    return Array.isArray(value) ? value.join(", ") : value
  }

  headers(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(Object.keys(this.rawHeaders).map((name) => [name, this.header(name)]))
  }
}
