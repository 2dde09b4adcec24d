/** Serves the built site on this machine: `npm run docs:serve`, or with another port `npm run docs:serve -- 4000`. */
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Console, Layer } from "effect"
import { HttpRouter, HttpServer, HttpStaticServer } from "effect/http"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import { dist } from "./paths.ts"

const port = Number(process.argv[2] ?? 5173)

/** Serves the files of the site, and prints the address. */
const main = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Console.log(`The documentation: ${address}`))
).pipe(
  Layer.provide(
    HttpRouter.serve(HttpStaticServer.layer({ root: dist }), { disableLogger: true, disableListenLog: true })
  ),
  Layer.provide(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" }))
)

if (!existsSync(dist)) {
  console.error("There is no site yet. Build it with `npm run docs`.")
  process.exit(1)
}
Layer.launch(main).pipe(NodeRuntime.runMain)
