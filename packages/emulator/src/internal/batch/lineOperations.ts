import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import { chatClassificationsOperation, classificationsOperation } from "../classification/classificationOperations.ts"
import { agentsOperation, chatOperation, fimOperation } from "../completion/completionOperations.ts"
import type { RecordCompletion } from "../completion/completionRecord.ts"
import { embeddingsOperation } from "../embeddings/embeddingsOperation.ts"
import { wholeFile } from "../files/wholeFile.ts"
import { CorrelationId } from "../http/correlationId.ts"
import { detail, type ErrorResponse, invalidArguments } from "../http/errorResponse.ts"
import type { JsonObject } from "../json/jsonObject.ts"
import { chatModerationsOperation, moderationsOperation } from "../moderation/moderationOperations.ts"
import { ocrOperation } from "../ocr/ocrOperation.ts"
import { type Operation, respondToValue } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"
import type { Database } from "../storage/database.ts"
import { DatabaseUnavailable } from "../storage/databaseTrouble.ts"

/** The response to a request of a job. */
export interface LineResponse {
  readonly status: number
  /** The body as JSON text. */
  readonly json: string
}

/** Responds to the body of a request of a job. `id` is the id of the response. */
export type LineOperation = (body: JsonObject, id: string) => Effect.Effect<LineResponse>

/** The path of the endpoint that responds for an agent. */
const agentsPath = "/v1/agents/completions"

/**
 * The operations of the endpoints that a job can have, by path: the same that respond over HTTP, without the rate limits
 * and at once.
 */
export const lineOperations = (
  settings: Settings,
  database: Database,
  record: RecordCompletion
): ReadonlyMap<string, LineOperation> => {
  const pace = { ...settings.pace, timeToFirstToken: Duration.zero, tokensPerSecond: Infinity }
  const instant = { ...settings, pace }
  return new Map([
    lineOperation(chatOperation(instant, record)),
    lineOperation(agentsOperation(instant, record)),
    lineOperation(fimOperation(instant, record)),
    lineOperation(embeddingsOperation(instant)),
    lineOperation(moderationsOperation(instant)),
    lineOperation(chatModerationsOperation(instant)),
    lineOperation(classificationsOperation(instant)),
    lineOperation(chatClassificationsOperation(instant)),
    lineOperation(ocrOperation(instant, wholeFile(database)))
  ])
}

/** The path of the operation that responds to the requests of a job. */
export const operationPath = (job: { readonly endpoint: string; readonly agent_id: string | null }): string =>
  job.agent_id === null ? job.endpoint : agentsPath

const notStreamed = invalidArguments("Requests of a batch job cannot be streamed.")

const lineOperation = <Request>(operation: Operation<Request>): readonly [path: string, LineOperation] => [
  operation.route.path,
  (body, id) =>
    (body["stream"] === true ? Effect.fail(notStreamed) : respondToValue(operation, body)).pipe(
      Effect.map(ofResponse),
      Effect.catch((error) => Effect.succeed(ofError(error))),
      Effect.catchDefect((defect) =>
        // The job waits until the database can be used.
        defect instanceof DatabaseUnavailable ? Effect.die(defect) : Effect.succeed(ofError(internalError))
      ),
      Effect.provideService(CorrelationId, id)
    )
]

const internalError = detail(500, "Internal Server Error")

const decoder = new TextDecoder()

const ofResponse = ({ body, status }: HttpServerResponse.HttpServerResponse): LineResponse => ({
  status,
  json: body._tag === "Uint8Array" ? decoder.decode(body.body) : "null"
})

const ofError = ({ body, status }: ErrorResponse): LineResponse => ({ status, json: JSON.stringify(body) })
