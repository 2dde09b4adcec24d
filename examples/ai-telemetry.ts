/**
 * The span and the metrics of a call with a tool, exported by OpenTelemetry's protocol to the collector that
 * `OTEL_EXPORTER_OTLP_ENDPOINT` names, or else to a tiny one that prints what it receives. No prompt, no answer and no argument
 * of the tool is exported.
 *
 * Run: npm run example -- ai-telemetry
 */
import { MistralLanguageModel, MistralTelemetry } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { LanguageModel, Tool, Toolkit } from "effect/ai"
import { TelemetryLive } from "./shared/collector.ts"
import { MistralLive } from "./shared/mistral.ts"

const Tools = Toolkit.make(Tool.make("find_patient", {
  description: "Finds a patient by name",
  parameters: Schema.Struct({ name: Schema.String }),
  success: Schema.Struct({ room: Schema.Int })
}))

const ToolsLive = Tools.toLayer({ find_patient: () => Effect.succeed({ room: 12 }) })

const program = LanguageModel.generateText({
  prompt: "Where is Anna Muster?",
  toolkit: Tools,
  toolChoice: "required"
}).pipe(Effect.withSpan("ward"))

const ModelLive = MistralLanguageModel.model("mistral-small-latest", { temperature: 0 }).pipe(
  Layer.provide(MistralLive)
)

// `Toolkit` writes the arguments of calls on the span around them. This layer replaces them before they are exported.
const SafeTelemetryLive = MistralTelemetry.layerWithoutToolParameters.pipe(Layer.provideMerge(TelemetryLive))

program.pipe(Effect.provide([ModelLive, ToolsLive, SafeTelemetryLive]), NodeRuntime.runMain)
