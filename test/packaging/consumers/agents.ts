/** A completion of an agent. */
import { Agents } from "@effect-mistral/agents"
import { Effect, Layer } from "effect"
import { ClientLive, print } from "./client.ts"

const program = Agents.complete({
  agent_id: "ag_emulator",
  messages: [{ role: "user", content: "Hi" }],
  max_tokens: 8
}).pipe(Effect.map(({ usage }) => [usage?.completion_tokens]))

print(await Effect.runPromise(Effect.provide(program, Agents.layer.pipe(Layer.provide(ClientLive)))))
