import { Agents } from "@effect-mistral/agents"
import { Schema, Stream } from "effect"
import { optionsTests, type Subject } from "../../core/test/fixtures/optionsTests.ts"

const request: Agents.Request = { agent_id: "ag_1", messages: [{ role: "user", content: "Hi" }] }

const unpaired: Agents.Request = {
  agent_id: "ag_1",
  messages: [
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "aB3dE6gH9", function: { name: "f", arguments: "{}" } }]
    },
    { role: "tool", content: "1", tool_call_id: "another99" }
  ]
}

const schema = Schema.Struct({ name: Schema.optional(Schema.String) })

const operationsOn = (
  request: Agents.Request
): Subject<Agents.Agents, Agents.Service>["operations"] => ({
  complete: (options) => Agents.complete(request, options),
  stream: (options) => Stream.runDrain(Agents.stream(request, options)),
  completeObject: (options) => Agents.completeObject({ ...request, schema }, options),
  streamObject: (options) => Stream.runDrain(Agents.streamObject({ ...request, schema }, options))
})

optionsTests("Agents", {
  key: Agents.Agents,
  make: Agents.make,
  layer: Agents.layer,
  layerOptions: Agents.layerOptions,
  operations: operationsOn(request),
  unpaired: operationsOn(unpaired)
})
