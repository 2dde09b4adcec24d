import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import { unknownAgent } from "../http/errorResponse.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"
import { generateChatCompletion } from "./chatCompletion.ts"
import { completionOperation } from "./completionDelivery.ts"
import type { RecordCompletion } from "./completionRecord.ts"
import { generateFimCompletion } from "./fimCompletion.ts"

/** `POST /v1/chat/completions`. */
export const chatOperation = (settings: Settings, record: RecordCompletion): Operation<CompletionRequest.Chat> =>
  completionOperation(
    settings,
    record,
    Endpoint.chat,
    (request, reply, now) => generateChatCompletion(request, settings, reply, now)
  )

/** `POST /v1/agents/completions`: the chat completion of the agent's model. An agent consists of its model only. */
export const agentsOperation = (settings: Settings, record: RecordCompletion): Operation<CompletionRequest.Agents> =>
  completionOperation(settings, record, Endpoint.agents, ({ agent_id, ...conversation }, reply, now) => {
    // A script may reply for an agent that is not configured.
    const model = settings.agents.get(agent_id) ?? (reply === undefined ? undefined : agent_id)
    return model === undefined
      ? unknownAgent(agent_id)
      : generateChatCompletion({ ...conversation, model }, settings, reply, now)
  })

/** `POST /v1/fim/completions`. */
export const fimOperation = (settings: Settings, record: RecordCompletion): Operation<CompletionRequest.Fim> =>
  completionOperation(
    settings,
    record,
    Endpoint.fim,
    (request, reply) => generateFimCompletion(request, settings, reply)
  )
