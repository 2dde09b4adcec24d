import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { AdminError } from "./adminError.ts"

/** A request to the admin API. */
export interface AdminRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly resource: "rules" | "faults" | "requests"
  readonly body?: unknown
}

/** The admin API refused a value. */
export interface Refused {
  readonly _tag: "Refused"
  readonly message: string
}

/** Sends requests to the admin API for a scope. */
export type AdminClient = (request: AdminRequest) => Effect.Effect<unknown, Refused | AdminError>

const failed = (message: string) => new AdminError({ message })

const parseJson = Schema.decodeEffect(Schema.fromJsonString(Schema.Unknown))

/** The message of an error in the API's form. */
const messageOf = (body: unknown): string | undefined =>
  Predicate.hasProperty(body, "message") && typeof body.message === "string" ? body.message : undefined

/** Makes a client of the admin API over the `HttpClient` of the environment. */
export const makeAdminClient = (
  options: { readonly url: string; readonly adminKey: Redacted.Redacted<string>; readonly name: string }
): Effect.Effect<AdminClient, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) => {
    const base = options.url.replace(/\/+$/, "").replace(/\/v1$/, "")
    return Effect.fnUntraced(function*({ body, method, resource }) {
      const request = HttpClientRequest.make(method)(
        `${base}/_emulator/${resource}?scope=${encodeURIComponent(options.name)}`
      ).pipe(
        HttpClientRequest.bearerToken(options.adminKey),
        (request) => body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)
      )
      const response = yield* Effect.mapError(
        client.execute(request),
        () => failed(`The emulator cannot be reached at ${base}`)
      )
      const text = yield* Effect.mapError(response.text, () => failed("The response of the emulator broke off"))
      const value = text === "" ? undefined : yield* Effect.mapError(
        parseJson(text),
        () => failed(`${base} is not an emulator: its response is not JSON`)
      )
      if (response.status < 300) return value
      const message = messageOf(value)
      if (response.status === 400 && message !== undefined) {
        return yield* Effect.fail<Refused>({ _tag: "Refused", message })
      }
      return yield* response.status === 401
        ? failed("The emulator refused the admin key")
        : failed(`The emulator responded to ${method} /_emulator/${resource} with ${response.status}`)
    })
  })
