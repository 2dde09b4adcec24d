import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import { fileRow } from "../files/fileStore.ts"
import { badRequest, type ErrorResponse, invalid, type Problem } from "../http/errorResponse.ts"
import type { Database } from "../storage/database.ts"

/** The endpoints that the API documents for jobs, and whether the emulator has them. */
const endpoints: ReadonlyMap<string, boolean> = new Map([
  ["/v1/chat/completions", true],
  ["/v1/embeddings", true],
  ["/v1/fim/completions", true],
  ["/v1/moderations", true],
  ["/v1/chat/moderations", true],
  ["/v1/ocr", false],
  ["/v1/classifications", false],
  ["/v1/chat/classifications", false],
  ["/v1/conversations", false],
  ["/v1/audio/transcriptions", false]
])

const chat = "/v1/chat/completions"

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const problem = (type: string, loc: Problem["loc"], msg: string, input: unknown): Problem => ({ type, loc, msg, input })

/** The error response to a request that fits its schema but creates no job; `undefined` if it creates one. */
export const jobProblem = (
  database: Database,
  request: BatchJob.CreateRequest,
  now: number
): ErrorResponse | undefined => {
  const { agent_id, endpoint, model } = request
  const files = request.input_files ?? []
  const problems = [
    ...(endpoints.has(endpoint)
      ? []
      : [
        problem("enum", ["body", "endpoint"], `Input should be one of ${[...endpoints.keys()].join(", ")}`, endpoint)
      ]),
    ...sourceProblems(request),
    ...files.flatMap((file, at) =>
      uuid.test(file)
        ? []
        : [problem("uuid_parsing", ["body", "input_files", at], "Input should be a valid UUID", file)]
    ),
    ...(agent_id == null || endpoint === chat
      ? []
      : [problem("value_error", ["body", "agent_id"], `Value error, an agent responds to ${chat} only`, agent_id)]),
    ...(agent_id == null || model == null
      ? []
      : [problem("value_error", ["body", "model"], "Value error, an agent has a model of its own", model)])
  ]
  if (problems.length > 0) return invalid(problems)
  if (endpoints.get(endpoint) === false) {
    return badRequest({
      message: `The emulator has no ${endpoint} for batch jobs`,
      type: "invalid_request_error",
      param: "endpoint"
    })
  }
  return files.map((file) => fileProblem(database, file, now)).find((one) => one !== undefined)
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

/** The error response to an id of no job. */
export const unknownJob = (id: string): ErrorResponse =>
  uuid.test(id)
    ? badRequest({ message: `Batch job not found: ${id}`, type: "invalid_request_error", param: "job_id", status: 404 })
    : invalid([problem("uuid_parsing", ["path", "job_id"], "Input should be a valid UUID", id)])
