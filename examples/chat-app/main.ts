/**
 * A chat in the browser: an HTTP server that streams answers with tool calls, and a page that shows them.
 *
 * Run: npm run example -- chat-app
 */
import { Chat } from "@effect-mistral/chat"
import { RetryPolicy } from "@effect-mistral/core"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Schedule } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { scriptedMistral } from "../shared/mistral.ts"
import { layerRoutes } from "./routes.ts"
import { script } from "./script.ts"

/** A person is waiting: two retries soon, and then the page says what happened. */
const retry = RetryPolicy.make({
  schedule: Schedule.exponential("300 millis").pipe(Schedule.upTo({ times: 2 })),
  maxRetryAfter: "2 seconds"
})

const ChatLive = Chat.layerOptions({ retry }).pipe(Layer.provide(scriptedMistral(script)))

const listen = (port: number) =>
  NodeHttpServer.layer(createServer, { host: "127.0.0.1", port, gracefulShutdownTimeout: "1 second" })

/** The server on the port of `PORT`, or else on 3000, or on a free one where another program has it. */
const HttpLive = Layer.unwrap(Effect.map(
  Config.withDefault(Config.Int("PORT"), 3000),
  (port) => Layer.catch(listen(port), () => listen(0))
))

const LinkLive = Layer.effectDiscard(
  HttpServer.addressFormattedWith((url) => Console.log(`The chat is at ${url.replace("127.0.0.1", "localhost")}`))
)

const AppLive = HttpRouter.serve(layerRoutes, { disableListenLog: true, disableLogger: true }).pipe(
  Layer.merge(LinkLive),
  Layer.provide([ChatLive, HttpLive])
)

NodeRuntime.runMain(Layer.launch(AppLive))
