import * as Chat from "@effect-mistral/chat/Chat"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const painter = Chat.completeObject({
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Who?" }],
  schema: Schema.Struct({ name: Schema.String })
}).pipe(Effect.map(({ value }) => value.name))
