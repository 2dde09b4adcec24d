/**
 * Exports spans and metrics by OpenTelemetry's protocol: to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, or else
 * to a tiny one that the program starts (`shared/collector.ts`), which prints what it receives.
 *
 * Run: npm run example -- telemetry
 */
import { Chat } from "@effect-mistral/chat"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Stream } from "effect"
import { TelemetryLive } from "./shared/collector.ts"
import { MistralLive } from "./shared/mistral.ts"

Chat.stream({ model: "mistral-small-latest", messages: [{ role: "user", content: "Name a painter." }] }).pipe(
  Stream.runDrain,
  Effect.withSpan("painter"),
  Effect.provide(Layer.merge(Chat.layer.pipe(Layer.provide(MistralLive)), TelemetryLive)),
  NodeRuntime.runMain
)
