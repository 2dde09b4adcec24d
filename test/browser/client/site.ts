/** A site whose page and workers run the client, and what a test needs to ask them. */
import { Emulator } from "@effect-mistral/emulator"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { build } from "esbuild"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"
import type { Page } from "playwright-core"
import type { Server } from "../../runtimes/checks.ts"
import type { Place } from "./program.ts"

/** Only scripts of the site run, none of them may make code of a text, and requests may go to this machine. */
export const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src http://127.0.0.1:*; img-src data:"

/** It has an empty icon, so that the browser requests none. */
const html = `<!doctype html><title>client</title><link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>`

/** Starts a server on a free port of this machine, and ends it with the scope. */
export const listening = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer(listener)
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return server
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map((server) => {
    // The cast is safe: the server listens on a port.
    const { port } = server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }))

/** Bundles the page and its workers for browsers. */
const bundle = Effect.promise(async () => {
  const { outputFiles } = await build({
    entryPoints: ["page", "worker", "serviceWorker"].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: "/",
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2023",
    platform: "browser",
    conditions: ["@effect-mistral/source"],
    logLevel: "error"
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
})

/** The origin of the site. */
export class Site extends Context.Service<Site, string>()("@effect-mistral/test/Site") {
  static readonly layer = Layer.effect(
    Site,
    Effect.flatMap(bundle, (scripts) =>
      listening((request, response) => {
        const script = scripts.get(request.url ?? "")
        response.setHeader("content-security-policy", policy)
        response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript")
        response.end(script ?? html)
      }))
  )
}

/** The emulator, as the programs of a page know it. */
export const emulated: Effect.Effect<Server, never, Emulator.Emulator> = Effect.map(
  Emulator.Emulator,
  ({ apiKey, url }) => ({ url, apiKey: Redacted.value(apiKey) })
)

/** Opens the page and waits until it can run programs. */
export const openSite = (page: Page): Effect.Effect<void, never, Site> =>
  Effect.flatMap(Site, (origin) =>
    Effect.promise(async () => {
      await page.goto(origin)
      await page.waitForFunction(() => "runIn" in globalThis)
    }))

/** Runs a program of the page, in itself or in a worker. */
export const runIn = (page: Page, place: Place, name: string, server: Server): Effect.Effect<unknown> =>
  Effect.promise(() =>
    page.evaluate(
      // The cast is safe: the page defines this function.
      (args) => (globalThis as unknown as { readonly runIn: (...args: unknown[]) => unknown }).runIn(...args),
      [place, name, server]
    )
  )
