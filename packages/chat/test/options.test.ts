import { Chat } from "@effect-mistral/chat"
import { operationsOf, optionsTests, pairedMessages, unpairedMessages } from "../../core/test/fixtures/optionsTests.ts"

optionsTests("Chat", {
  ...Chat,
  key: Chat.Chat,
  operations: operationsOf(Chat, { model: "m", messages: pairedMessages }),
  unpaired: operationsOf(Chat, { model: "m", messages: unpairedMessages })
})
