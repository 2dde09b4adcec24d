import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { readFile } from "node:fs/promises"
import { detail } from "../http/errorResponse.ts"
import type { AdminRoute } from "./adminRoute.ts"

/** The folder of the page's files: next to `src` and next to `dist`. */
const folder = new URL("../../../page/", import.meta.url)

/** The files of the page. Only these are read, whatever a path says. */
const files = [
  "adminKey.js",
  "answer.js",
  "api.js",
  "conversationView.js",
  "dom.js",
  "eventPanel.js",
  "faultPanel.js",
  "format.js",
  "icon.svg",
  "main.js",
  "page.css",
  "requestDetails.js",
  "requestList.js",
  "requestStore.js",
  "rulePanel.js",
  "sse.js",
  "tabs.js"
]

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
}

/**
 * The headers of the page.
 *
 * *Details*: the page loads nothing from elsewhere and runs only its own scripts. Chromium refuses every assignment of HTML,
 * because no trusted type can be made. No other page may hold it in a frame.
 */
const headers = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cache-control": "no-store"
}

/** `/_emulator/`: the page, whose files need no key. Everything that it shows needs one. */
export const pageAdmin: ReadonlyArray<AdminRoute> = [
  { path: "", file: "index.html" },
  ...files.map((file) => ({ path: `page/${file}`, file }))
].map(({ file, path }): AdminRoute => ({
  method: "GET",
  path,
  open: true,
  respond: Effect.matchEffect(Effect.tryPromise(() => readFile(new URL(file, folder))), {
    onFailure: () => detail(404, "The files of the page are not installed"),
    onSuccess: (content) =>
      Effect.succeed(
        HttpServerResponse.uint8Array(content, { contentType: types[file.replace(/^.*\./, "")], headers })
      )
  })
}))
