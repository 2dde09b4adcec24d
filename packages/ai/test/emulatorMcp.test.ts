/** The tools of an MCP server as a toolkit of the model. */
import { Emulator } from "@effect-mistral/emulator"
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Chat, McpClient, McpClientError, McpProtocol, McpServer, McpTest, Tool, Toolkit } from "effect/ai"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { deliveries } from "./fixtures/deliveries.ts"
import { emulatedModel, outline, sentMessages } from "./fixtures/emulatedModel.ts"

const Tides = Toolkit.make(
  Tool.make("next_high_tide", {
    description: "The time of the next high tide",
    parameters: Schema.Struct({ port: Schema.String, day: Schema.optionalKey(Schema.Int) }),
    success: Schema.Struct({ at: Schema.String })
  }),
  Tool.make("close_harbour", {
    description: "Closes a harbour",
    parameters: Schema.Struct({ port: Schema.String }),
    success: Schema.String,
    failure: Schema.String
  })
)

const registrations = McpServer.toolkit(Tides).pipe(
  Layer.provide(Tides.toLayer({
    next_high_tide: ({ day, port }) => Effect.succeed({ at: `18:42 in ${port}, day ${day}` }),
    close_harbour: () => Effect.fail("The harbour master says no")
  }))
)

const protocol = McpProtocol.v2025_11_25

const server = McpServer.layerHttp({
  name: "tides",
  version: "1.0.0",
  path: "/mcp",
  protocols: [protocol],
  registrations
})
  .pipe((routes) => HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }))

const client = Layer.unwrap(
  HttpServer.addressFormattedWith((url) =>
    Effect.succeed(McpClient.layerHttp({ name: "test", version: "1.0.0", protocol, url: `${url}/mcp` }))
  )
).pipe(
  Layer.provide([server, FetchHttpClient.layer]),
  Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

const model = emulatedModel([
  {
    when: { text: "high tide" },
    answer: {
      tool_calls: [
        { id: "tide00001", name: "tides__next_high_tide", arguments: { port: "Saint-Malo" } },
        { id: "tide00002", name: "tides__next_high_tide", arguments: { port: "Brest", day: 2 } }
      ]
    }
  },
  { when: { text: "18:42 in Brest" }, answer: { text: "At 18:42." } },
  {
    when: { text: "Close it" },
    answer: { tool_calls: [{ name: "tides__close_harbour", arguments: { port: "Brest" } }] }
  }
])

describe("the toolkit of an MCP server", () => {
  for (const [delivery, ask] of Object.entries(deliveries)) {
    it.live(`is sent as it is described there, and its results come back, ${delivery}`, () =>
      Effect.gen(function*() {
        const toolkit = yield* McpClient.toolkit(yield* McpClient.McpClient, "tides__")
        const chat = yield* Chat.empty
        const first = yield* ask({ prompt: "When is the high tide?", toolkit }, chat)
        assert.deepStrictEqual(first.calls, [
          ["tides__next_high_tide", { port: "Saint-Malo" }],
          ["tides__next_high_tide", { port: "Brest", day: 2 }]
        ])
        const last = yield* ask({ prompt: [], toolkit }, chat)
        assert.deepStrictEqual([last.text, last.finish], ["At 18:42.", "stop"])

        const { requests } = yield* Emulator.Emulator
        const [request] = yield* requests
        // The cast is safe: the emulator refuses a request with other tools.
        const body = request?.body as { readonly tools: ReadonlyArray<{ readonly function: SentTool }> } | undefined
        const [tide, close] = body?.tools.map((tool) => tool.function) ?? []
        assert.deepStrictEqual([tide?.name, close?.name], ["tides__next_high_tide", "tides__close_harbour"])
        assert.strictEqual(tide?.description, "The time of the next high tide")
        assert.notStrictEqual(tide?.strict, true)
        assert.deepStrictEqual(tide?.parameters["required"], ["port"])
        const lines = outline((yield* sentMessages).at(-1) ?? [])
        assert.match(lines[2] ?? "", /^tool \| tides__next_high_tide \| .*18:42 in Saint-Malo/)
        assert.match(lines[3] ?? "", /^tool \| tides__next_high_tide \| .*18:42 in Brest/)
      }).pipe(Effect.provide([model, client])))

    it.live(`fails as the MCP client says where a tool fails, ${delivery}`, () =>
      Effect.gen(function*() {
        const toolkit = yield* McpClient.toolkit(yield* McpClient.McpClient, "tides__")
        const error = yield* Effect.flip(ask({ prompt: "Close it", toolkit }))
        assert.isTrue(McpClientError.isMcpClientError(error))
      }).pipe(Effect.provide([model, client])))
  }

  it.effect("is the same as a toolkit of dynamic tools over a server in memory", () =>
    Effect.gen(function*() {
      const memory = yield* McpTest.makeClient(registrations, { protocols: [protocol] })
      const { tools } = yield* memory.listTools()
      const dynamic = Toolkit.make(
        ...tools.map(({ description, inputSchema, name }) =>
          Tool.dynamic(`tides__${name}`, { description, parameters: inputSchema, success: Schema.String })
        )
      )
      const call = (name: string) => (params: unknown) =>
        memory.callTool({ name, arguments: params as Record<string, unknown> }).pipe(
          Effect.map(({ content }) => content.map((one) => one.type === "text" ? one.text : "").join("")),
          Effect.orDie
        )
      const handlers = dynamic.toLayer(
        Object.fromEntries(tools.map(({ name }) => [`tides__${name}`, call(name)]))
      )
      const toolkit = yield* Effect.provide(dynamic, handlers)
      const { results } = yield* deliveries.whole({ prompt: "When is the high tide?", toolkit })
      assert.include(String(results["tide00001"]?.result), "18:42 in Saint-Malo")
      assert.include(String(results["tide00002"]?.result), "18:42 in Brest, day 2")
    }).pipe(Effect.scoped, Effect.provide(model)))
})

interface SentTool {
  readonly name: string
  readonly description?: string
  readonly strict?: boolean
  readonly parameters: Readonly<Record<string, unknown>>
}
