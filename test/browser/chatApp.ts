/** The chat application on a local port, over an emulator that the test controls. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { NodeHttpServer } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import { HttpRouter, HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import type { Browser, Page } from "playwright-core"
import { layerRoutes } from "../../examples/chat-app/routes.ts"
import { script } from "../../examples/chat-app/script.ts"
import { newPage } from "./chromium.ts"

/** The application, whose client does not retry, and the emulator that it calls. */
export const layerApp = (options: Emulator.Options = {}) => {
  const client = Layer.unwrap(Effect.map(
    Emulator.Emulator,
    ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url, retry: RetryPolicy.none })
  ))
  return HttpRouter.serve(layerRoutes, { disableListenLog: true, disableLogger: true }).pipe(
    Layer.provide(Chat.layer.pipe(Layer.provide(client), Layer.provide(UndiciHttpClient.layer))),
    Layer.provideMerge(
      NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0, gracefulShutdownTimeout: 0 })
    ),
    Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script, ...options }))
  )
}

/** Opens the page of the application. */
export const openChat = Effect.fnUntraced(function*(options?: Parameters<Browser["newContext"]>[0]) {
  const url = yield* HttpServer.addressFormattedWith(Effect.succeed)
  const opened = yield* newPage(options)
  yield* Effect.promise(() => opened.page.goto(url))
  return opened
})

/** Writes a message and sends it with Enter. */
export const say = (page: Page, text: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    await page.getByRole("textbox", { name: "Message" }).fill(text)
    await page.keyboard.press("Enter")
  })

/** Clicks a button by its name. */
export const click = (page: Page, name: string): Effect.Effect<void> =>
  Effect.promise(() => page.getByRole("button", { name, exact: true }).click())

/** Waits until the status line has a text. */
export const status = (page: Page, text: string): Effect.Effect<void> =>
  Effect.promise(() => page.getByRole("status").filter({ hasText: new RegExp(`^${text}$`) }).waitFor())

/** Waits until the last answer of the page has exactly these texts, one for each paragraph of the model. */
export const answers = (page: Page, text: string): Effect.Effect<void> =>
  Effect.promise(() =>
    page.waitForFunction(
      (text) =>
        [...document.querySelectorAll(".turn:last-child .text")].map(({ textContent }) => textContent).join("|") ===
          text,
      text
    ).then(() => {})
  )

/** Waits until the emulator has that many requests in progress. */
export const untilActive = (requests: number) =>
  Effect.flatMap(
    Emulator.Emulator,
    ({ active }) =>
      Effect.repeat(Effect.tap(active, Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))), {
        until: (count) => count === requests
      })
  )

/** The messages of the requests that the emulator received, without the system message. */
export const conversations = Effect.flatMap(
  Emulator.Emulator,
  ({ requests }) =>
    Effect.map(requests, (all) =>
      all.map(({ body }) => {
        // The cast is safe: the application sends no other requests than those for chat completions.
        const { messages } = body as Chat.Request
        return messages.filter(({ role }) => role !== "system")
      }))
)
