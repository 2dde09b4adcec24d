import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import { completionOperation } from "./completionOperation.ts"
import { conversationAnswer } from "./conversation.ts"
import type { Operation } from "./endpointRoute.ts"
import { fimAnswer } from "./fillInTheMiddle.ts"
import type { Recorder } from "./observability/recording.ts"
import { unknownAgent } from "./refusal.ts"
import type { Settings } from "./settings.ts"

/** `POST /v1/chat/completions`. */
export const chatOperation = (settings: Settings, record: Recorder): Operation<CompletionRequest.Chat> =>
  completionOperation(
    settings,
    record,
    Endpoint.chat,
    (request, reply) => conversationAnswer(request, settings.seed, reply)
  )

/** `POST /v1/agents/completions`: what the agent's model answers in a chat. An agent here is its model and no more. */
export const agentsOperation = (settings: Settings, record: Recorder): Operation<CompletionRequest.Agents> =>
  completionOperation(settings, record, Endpoint.agents, ({ agent_id, ...conversation }, reply) => {
    // A script may speak for an agent that nobody has set up.
    const model = settings.agents.get(agent_id) ?? (reply === undefined ? undefined : agent_id)
    return model === undefined
      ? unknownAgent(agent_id)
      : conversationAnswer({ ...conversation, model }, settings.seed, reply)
  })

/** `POST /v1/fim/completions`. */
export const fimOperation = (settings: Settings, record: Recorder): Operation<CompletionRequest.Fim> =>
  completionOperation(settings, record, Endpoint.fim, (request, reply) => fimAnswer(request, settings.seed, reply))
