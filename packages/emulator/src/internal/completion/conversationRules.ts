import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type { ErrorResponse } from "../http/errorResponse.ts"
import { orderProblem } from "./conversationOrder.ts"
import { messageProblem } from "./messageRules.ts"
import { pairingProblem } from "./toolCallRules.ts"
import { toolProblem } from "./toolRules.ts"

/**
 * Checks the rules for messages, tools and formats that the schema cannot express, in the order of the API: a request that
 * breaks several is refused for the first.
 *
 * *Details*: rules, order and sentences are those of mistral-common (`protocol/instruct/validator.py`, of the tokenizers
 * 13 and later), which the API checks requests with, wherever no response of the API is known that differs.
 */
export const conversationProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined =>
  orderProblem(request.messages) ?? pairingProblem(request.messages) ?? messageProblem(request.messages) ??
    toolProblem(request)
