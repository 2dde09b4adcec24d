/**
 * The tools of an MCP server as a toolkit. The server of this example runs in the same process, on a free local port.
 *
 * Run: npm run example -- ai-mcp
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema } from "effect"
import { Chat, McpClient, McpProtocol, McpServer, Tool, Toolkit } from "effect/ai"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { harbour } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

const protocol = McpProtocol.v2025_11_25

const Tides = Toolkit.make(Tool.make("next_high_tide", {
  description: "The time of the next high tide",
  parameters: Schema.Struct({ port: Schema.String }),
  success: Schema.Struct({ at: Schema.String })
}))

const ServerLive = McpServer.layerHttp({
  name: "tides",
  version: "1.0.0",
  path: "/mcp",
  protocols: [protocol],
  registrations: McpServer.toolkit(Tides).pipe(
    Layer.provide(Tides.toLayer({ next_high_tide: () => Effect.succeed({ at: "18:42" }) }))
  )
}).pipe((routes) => HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }))

const ClientLive = Layer.unwrap(
  HttpServer.addressFormattedWith((url) =>
    Effect.succeed(McpClient.layerHttp({ name: "example", version: "1.0.0", protocol, url: `${url}/mcp` }))
  )
)

const program = Effect.gen(function*() {
  // The prefix keeps the tools of several servers apart.
  const toolkit = yield* McpClient.toolkit(yield* McpClient.McpClient, "tides__")
  const chat = yield* Chat.fromPrompt("When is the next high tide in Saint-Malo?")
  const answer = yield* chat.generateText({ prompt: [], toolkit }).pipe(
    Effect.tap(({ toolResults }) =>
      Effect.forEach(toolResults, ({ name, result }) => Console.log(`${name} gave ${result}`))
    ),
    Effect.repeat({ while: ({ toolCalls }) => toolCalls.length > 0, times: 4 })
  )
  yield* Console.log(answer.text)
})

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(scriptedMistral(harbour)))

const TidesClientLive = ClientLive.pipe(
  Layer.provide([ServerLive, FetchHttpClient.layer]),
  Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

program.pipe(Effect.provide([ModelLive, TidesClientLive]), NodeRuntime.runMain)
