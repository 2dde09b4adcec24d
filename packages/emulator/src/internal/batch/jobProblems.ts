import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import * as Arr from "effect/Array"
import { fileRow } from "../files/fileStore.ts"
import { badRequest, detail, type ErrorResponse, type Problem } from "../http/errorResponse.ts"
import { uuid } from "../http/parameters.ts"
import type { Database } from "../storage/database.ts"

/** The endpoints that the API documents for jobs, and whether the emulator has them. */
const endpoints: ReadonlyMap<string, boolean> = new Map([
  ["/v1/chat/completions", true],
  ["/v1/embeddings", true],
  ["/v1/fim/completions", true],
  ["/v1/moderations", true],
  ["/v1/chat/moderations", true],
  ["/v1/ocr", true],
  ["/v1/classifications", true],
  ["/v1/chat/classifications", true],
  ["/v1/conversations", false],
  ["/v1/audio/transcriptions", false]
])

const chat = "/v1/chat/completions"

const problem = (type: string, loc: Problem["loc"], msg: string, input: unknown): Problem => ({ type, loc, msg, input })

/**
 * Checks what the schema of a request cannot, and gives the ids of the input files, or an error response if the request
 * creates no job.
 */
export const checkJob = (
  database: Database,
  request: BatchJob.CreateRequest,
  now: number
): ReadonlyArray<string> | ErrorResponse => {
  const { agent_id, endpoint, model } = request
  const files = (request.input_files ?? []).map((file, at) => uuid(file, ["body", "input_files", at]))
  const problems = [
    ...(endpoints.has(endpoint)
      ? []
      : [
        problem("enum", ["body", "endpoint"], `Input should be one of ${[...endpoints.keys()].join(", ")}`, endpoint)
      ]),
    ...sourceProblems(request),
    ...Arr.getFailures(files),
    ...(agent_id == null || endpoint === chat
      ? []
      : [problem("value_error", ["body", "agent_id"], `Value error, an agent responds to ${chat} only`, agent_id)]),
    ...(agent_id == null || model == null
      ? []
      : [problem("value_error", ["body", "model"], "Value error, an agent has a model of its own", model)])
  ]
  if (problems.length > 0) return detail(422, problems)
  if (endpoints.get(endpoint) === false) {
    return badRequest({
      message: `The emulator has no ${endpoint} for batch jobs`,
      type: "invalid_request_error",
      param: "endpoint"
    })
  }
  const ids = Arr.getSuccesses(files)
  return ids.map((id) => fileProblem(database, id, now)).find((one) => one !== undefined) ?? ids
}

/** Either files or requests, and at least one. */
const sourceProblems = ({ input_files, requests }: BatchJob.CreateRequest): ReadonlyArray<Problem> => {
  const given = [input_files, requests].filter((one) => one != null)
  if (given.length === 2) {
    return [problem("value_error", ["body"], "Value error, input_files and requests exclude each other", null)]
  }
  return given.length === 1 && given[0]!.length > 0
    ? []
    : [problem("value_error", ["body"], "Value error, either input_files or requests must have an element", null)]
}

const fileProblem = (database: Database, id: string, now: number): ErrorResponse | undefined => {
  const row = fileRow(database, id, now)
  const refused = (message: string, status: number) =>
    badRequest({ message, type: "invalid_request_error", param: "input_files", status })
  return row === undefined
    ? refused(`File not found: ${id}`, 404)
    : row["purpose"] === "batch"
    ? undefined
    : refused(`The file ${id} has the purpose ${String(row["purpose"])}, not batch`, 400)
}
