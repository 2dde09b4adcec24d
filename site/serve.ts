/** Serves the built site on this machine: `npm run docs:serve`, or on another port `npm run docs:serve -- 4000`. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Layer } from "effect"
import { HttpServer } from "effect/http"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { dist } from "./paths.ts"
import { layerServer } from "./server.ts"

const [argument = "5173"] = process.argv.slice(2)
const port = Number(argument)

const main = Layer.effectDiscard(
  HttpServer.addressFormattedWith((address) => Console.log(`The documentation: ${address}`))
).pipe(Layer.provide(layerServer(port)))

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`${argument} is not a port. Run: npm run docs:serve -- 5173`)
  process.exitCode = 1
} else if (!existsSync(join(dist, "index.html"))) {
  console.error("There is no site yet. Build it with: npm run docs")
  process.exitCode = 1
} else {
  Layer.launch(main).pipe(NodeRuntime.runMain)
}
