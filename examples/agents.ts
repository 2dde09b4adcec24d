/**
 * A conversation with an agent, whole and streamed. The agent was created beforehand with a model and instructions. To use
 * your own, set MISTRAL_AGENT_ID to its id, beside MISTRAL_API_KEY.
 *
 * Run: npm run example -- agents
 */
import { Agents } from "@effect-mistral/agents"
import { Completion, Message } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Stream } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const agentId = Config.withDefault(Config.String("MISTRAL_AGENT_ID"), "ag_emulator")

const program = Effect.gen(function*() {
  const agent_id = yield* agentId
  const conversation: Array<Message.Message> = [Message.user("Which painters worked in Giverny?")]

  const response = yield* Agents.complete({ agent_id, messages: conversation })
  yield* Console.log(`${response.model}: ${Completion.text(response)}`)

  for (const { message } of response.choices) if (message) conversation.push(Message.fromReceived(message))
  conversation.push(Message.user("And which of them painted gardens?"))

  const streamed = yield* Agents.stream({ agent_id, messages: conversation, max_tokens: 60 }).pipe(
    Stream.tap((chunk) => Effect.sync(() => process.stdout.write(Completion.chunkText(chunk)))),
    Completion.collect
  )
  yield* Console.log(`\n(${streamed.usage?.completion_tokens} tokens, then ${streamed.choices[0]?.finish_reason})`)
})

program.pipe(
  Effect.provide(Agents.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
