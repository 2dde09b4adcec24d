#!/usr/bin/env node
/**
 * The emulator as a program: `effect-mistral-emulator --port 8080`.
 *
 * @since 0.1.0
 */
import { version } from "@effect-mistral/core/version"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Emulator from "./Emulator.ts"

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("Where to listen; 0 for a free port"),
    Flag.withDefault(8080)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen on"),
    Flag.withDefault("127.0.0.1")
  ),
  apiKey: Flag.Redacted("api-key").pipe(
    Flag.withDescription("The key that clients must send"),
    Flag.withDefault(Redacted.make("emulator-key"))
  ),
  tokensPerSecond: Flag.Finite("tokens-per-second").pipe(
    Flag.withDescription("How fast answers are written; 0 for no delay"),
    Flag.withDefault(60)
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Another seed gives other answers"),
    Flag.withDefault(0)
  ),
  database: Flag.String("database").pipe(
    Flag.withDescription("The file that keeps the events, or :memory:"),
    Flag.withDefault(":memory:")
  ),
  demoEvents: Flag.Int("demo-events").pipe(
    Flag.withDescription("How many events are made up if there are none"),
    Flag.withDefault(0)
  )
}

const announce = Layer.effectDiscard(Effect.gen(function*() {
  const { apiKey, url } = yield* Emulator.Emulator
  yield* Console.log([
    `The Mistral emulator listens on ${url}`,
    "No model runs here: answers are made from templates, the same for the same request.",
    "",
    `  export MISTRAL_BASE_URL=${url}`,
    `  export MISTRAL_API_KEY=${Redacted.value(apiKey)}`,
    "",
    "Ctrl-C ends it."
  ].join("\n"))
}))

const emulator = Command.make(
  "effect-mistral-emulator",
  flags,
  ({ tokensPerSecond, ...options }) =>
    Layer.launch(Layer.provide(
      announce,
      Emulator.layer({
        ...options,
        ...(tokensPerSecond > 0 ? { tokensPerSecond } : { tokensPerSecond: Infinity, timeToFirstToken: 0 })
      })
    ))
).pipe(Command.withDescription("A local Mistral API with deterministic answers"))

Command.run(emulator, { version }).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
