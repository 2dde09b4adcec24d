#!/usr/bin/env node
/**
 * The emulator as a program: `effect-mistral-emulator --port 8080`.
 *
 * @since 0.1.0
 */
import { version } from "@effect-mistral/core/version"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Emulator from "./Emulator.ts"
import { accessFlags } from "./internal/cli/accessFlags.ts"
import { checkAgents, modelFlags } from "./internal/cli/modelFlags.ts"
import { atLeast, within } from "./internal/cli/numberFlags.ts"
import { announcement, needsUpstreamKey, proxyFlags, proxyOptions } from "./internal/cli/proxyFlags.ts"
import { responseFlags } from "./internal/cli/responseFlags.ts"
import { startError } from "./internal/cli/startError.ts"
import * as Script from "./Script.ts"

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen on; 0 for a free one"),
    within(0, 65_535),
    Flag.withDefault(8080)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen on"),
    Flag.withDefault("127.0.0.1")
  ),
  apiKey: Flag.Redacted("api-key").pipe(
    Flag.withDescription("The key that clients must send"),
    Flag.filter((key) => Redacted.value(key).trim() !== "", () => "a key that is not empty"),
    Flag.withDefault(Redacted.make("emulator-key"))
  ),
  tokensPerSecond: Flag.Finite("tokens-per-second").pipe(
    Flag.withDescription("Tokens per second of each choice; 0 for no delay"),
    atLeast(0),
    Flag.withDefault(60)
  ),
  script: Flag.FileParse("script", { format: "json" }).pipe(
    Flag.withDescription("A JSON file with scripted responses"),
    Flag.mapEffect((value) =>
      Effect.mapError(
        Script.fromUnknown(value),
        (error) =>
          new CliError.InvalidValue({
            option: "script",
            value: "the content of the file",
            expected: error.message,
            kind: "flag"
          })
      )
    ),
    Flag.withDefault([])
  ),
  requestsPerMinute: Flag.Int("requests-per-minute").pipe(
    Flag.withDescription("Requests per minute before responses are 429; no limit unless given"),
    atLeast(1),
    Flag.withDefault(undefined)
  ),
  tokensPerMinute: Flag.Int("tokens-per-minute").pipe(
    Flag.withDescription("Tokens per minute before responses are 429; no limit unless given"),
    atLeast(1),
    Flag.withDefault(undefined)
  ),
  timeToFirstToken: Flag.Finite("time-to-first-token").pipe(
    Flag.withDescription("Milliseconds before the first token; 30, or 0 if tokens-per-second is 0"),
    atLeast(0),
    Flag.optional
  ),
  jitter: Flag.Finite("jitter").pipe(
    Flag.withDescription("The largest relative deviation of each wait, from 0 to 1"),
    within(0, 1),
    Flag.withDefault(0)
  ),
  database: Flag.String("database").pipe(
    Flag.withDescription("The file of the database, or :memory:"),
    Flag.withDefault(":memory:")
  ),
  demoEvents: Flag.Int("demo-events").pipe(
    Flag.withDescription("The number of demonstration events for an empty database"),
    atLeast(0),
    Flag.withDefault(0)
  ),
  batchQueueTime: Flag.Finite("batch-queue-time").pipe(
    Flag.withDescription("Milliseconds that a batch job is queued before it runs"),
    atLeast(0),
    Flag.withDefault(0)
  ),
  batchRequestsPerSecond: Flag.Finite("batch-requests-per-second").pipe(
    Flag.withDescription("Requests per second of each batch job; 0 for no delay"),
    atLeast(0),
    Flag.withDefault(0)
  ),
  verbosity: Flag.Literals("verbosity", ["quiet", "requests", "headers"]).pipe(
    Flag.withDescription("How requests are logged: not at all, as one line, or with headers; never a key or a body"),
    Flag.withDefault("quiet")
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("The seed of completions, waits and faults"),
    Flag.withDefault(0)
  ),
  padding: Flag.Boolean("padding").pipe(
    Flag.withDescription("Whether streamed chunks have the padding key `p`; --no-padding leaves it out"),
    Flag.withDefault(true)
  ),
  ...modelFlags,
  ...responseFlags,
  ...accessFlags,
  proxy: proxyFlags
}

const isLoopback = (host: string): boolean => /^(?:127\.|::1$|localhost$)/.test(host)

const announce = (options: Emulator.Options & { readonly host: string }) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { adminKey, apiKey, url } = yield* Emulator.Emulator
    yield* Console.log([
      `The Mistral emulator listens on ${url}`,
      ...(isLoopback(options.host)
        ? []
        : [`Other machines on the network can reach it: it listens on ${options.host}.`]),
      announcement(options),
      "",
      `  export MISTRAL_BASE_URL=${url}`,
      ...(needsUpstreamKey(options) ? [] : [`  export MISTRAL_API_KEY=${Redacted.value(apiKey)}`]),
      `  export EMULATOR_ADMIN_KEY=${Redacted.value(adminKey)}`,
      "",
      "Press Ctrl-C to stop."
    ].join("\n"))
  }))

const emulator = Command.make(
  "effect-mistral-emulator",
  flags,
  Effect.fnUntraced(function*({ proxy, timeToFirstToken, tokensPerSecond, ...flags }) {
    yield* checkAgents(flags)
    const options = {
      ...flags,
      ...(yield* proxyOptions(proxy)),
      tokensPerSecond: tokensPerSecond > 0 ? tokensPerSecond : Infinity,
      timeToFirstToken: Option.getOrElse(timeToFirstToken, () => tokensPerSecond > 0 ? 30 : 0)
    }
    return yield* Layer.launch(Layer.provide(announce(options), Emulator.layer(options)))
  }, Effect.catchTag(["CassetteError", "DatabaseError", "ServeError"], (error) => Effect.fail(startError(error))))
).pipe(Command.withDescription("A local Mistral API with deterministic responses"))

Command.run(emulator, { version }).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
