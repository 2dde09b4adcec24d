import { Chat } from "@effect-mistral/chat"
import { Schema, Stream } from "effect"
import { optionsTests, type Subject } from "../../core/test/fixtures/optionsTests.ts"

const request: Chat.Request = { model: "m", messages: [{ role: "user", content: "Hi" }] }

const unpaired: Chat.Request = {
  model: "m",
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
  request: Chat.Request
): Subject<Chat.Chat, Chat.Service>["operations"] => ({
  complete: (options) => Chat.complete(request, options),
  stream: (options) => Stream.runDrain(Chat.stream(request, options)),
  completeObject: (options) => Chat.completeObject({ ...request, schema }, options),
  streamObject: (options) => Stream.runDrain(Chat.streamObject({ ...request, schema }, options))
})

optionsTests("Chat", {
  key: Chat.Chat,
  make: Chat.make,
  layer: Chat.layer,
  layerOptions: Chat.layerOptions,
  operations: operationsOn(request),
  unpaired: operationsOn(unpaired)
})
