import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { authorize } from "../http/authorization.ts"
import { detail } from "../http/errorResponse.ts"
import { isFromLoopback } from "../http/loopback.ts"
import type { Settings } from "../settings/settings.ts"
import type { AdminRoute } from "./adminRoute.ts"

/** The path of the admin API. No path of Mistral's API begins with an underscore. */
const prefix = "/_emulator/"

/** The path as a person may type it. */
const isBare = (url: string): boolean => /^\/_emulator(?:[?#]|$)/.test(url)

/** Whether a request is for the admin API. */
export const isAdmin = ({ url }: HttpServerRequest.HttpServerRequest): boolean => url.startsWith(prefix) || isBare(url)

/**
 * The admin API under `/_emulator/`.
 *
 * *Details*: only requests from this machine and with the admin key are accepted. They are not logged among the received
 * requests, and no fault applies to them.
 */
export const adminApp = (settings: Settings, routes: ReadonlyArray<AdminRoute>) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (!isFromLoopback(request)) {
      return yield* detail(403, "The emulator's admin API accepts requests from its own machine only")
    }
    if (isBare(request.url)) return HttpServerResponse.redirect(prefix, { status: 308 })
    const path = request.url.slice(prefix.length).replace(/[?#].*$/s, "")
    const found = routes.find((route) => route.method === request.method && route.path === path)
    if (found?.open !== true) yield* authorize(settings.adminKey)
    return yield* found?.respond ?? detail(404, "Not Found")
  })
