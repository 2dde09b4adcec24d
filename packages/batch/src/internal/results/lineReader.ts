import * as EndpointCodec from "@effect-mistral/core/EndpointCodec"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Result from "effect/Result"
import type * as BatchJob from "../../BatchJob.ts"
import type * as BatchResult from "../../BatchResult.ts"
import { parseJson } from "../jsonl/parseJson.ts"
import { customIdOf, customIdOfText } from "./customId.ts"
import { failureOfError, reportedError, unreadable } from "./failures.ts"
import { hasContent, isJsonObject, type JsonObject } from "./jsonObject.ts"
import type { RequestTally } from "./requestTally.ts"

/** Reads the results of a job: lines of its files, or members of its `outputs`. `place` names them in errors. */
export interface LineReader<Response> {
  readonly readText: (text: string, place: () => string) => BatchResult.BatchResult<Response>
  readonly readJson: (json: unknown, place: () => string) => BatchResult.BatchResult<Response>
}

/**
 * Makes the reader of the results of a job, which counts them in `tally`.
 *
 * *Details*: a result is `{custom_id, response: {status_code, body}, error}`. Beside this form it reads a body or a response
 * that is JSON as text, a response without a status, one that is the body itself, and `status_code` and `body` beside
 * `custom_id`. Anything else is a failure, so that every line gives a result.
 */
export const makeLineReader = <Response>(
  endpoint: BatchResult.ResponseEndpoint<Response>,
  job: BatchJob.BatchJob,
  tally: RequestTally
): LineReader<Response> => {
  const outcome = (
    json: JsonObject,
    custom_id: string | null,
    place: () => string
  ): Result.Result<Response, BatchResult.Failure> => {
    const { error } = json
    const response = objectOf(json["response"] ?? ("body" in json ? json : undefined))
    if (!isJsonObject(response)) {
      return hasContent(response) && !hasContent(error)
        ? Result.fail(unreadable(endpoint, place(), "has a response of unknown form", "schema"))
        : Result.fail(failureOfError(endpoint, job, custom_id, error))
    }
    const status = statusOf(response)
    const body = "body" in response ? response["body"] : status === undefined ? response : undefined
    const headers = typeof response["request_id"] === "string" ? { "x-request-id": response["request_id"] } : undefined
    if (status !== undefined && (status < 200 || status > 299)) {
      const failure = reportedError(endpoint, status, hasContent(body) ? body : { error }, headers)
      return Result.fail(hasSentence(failure) ? failure : reportedError(endpoint, status, { error }, headers))
    }
    if (hasContent(error) || !(status !== undefined || hasContent(body))) {
      return Result.fail(failureOfError(endpoint, job, custom_id, error))
    }
    return EndpointCodec.decode(endpoint, { status: status ?? 200, body: objectOf(body), headers })
  }

  const failed = (custom_id: string | null, failure: MistralError): BatchResult.BatchResult<Response> => {
    // A line that cannot be read is nobody's result.
    if (custom_id !== null) tally.add(custom_id)
    return { custom_id, result: Result.fail(failure) }
  }

  const readJson: LineReader<Response>["readJson"] = (json, place) => {
    tally.results++
    if (!isJsonObject(json) || !("response" in json || "error" in json || "body" in json)) {
      const custom_id = isJsonObject(json) ? customIdOf(json) : null
      return failed(custom_id, unreadable(endpoint, place(), "is not the result of a request", "schema"))
    }
    const custom_id = customIdOf(json)
    let result: Result.Result<Response, BatchResult.Failure>
    try {
      result = outcome(json, custom_id, place)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return failed(custom_id, unreadable(endpoint, place(), "is nested too deeply", "schema"))
    }
    tally.add(custom_id)
    return { custom_id, result }
  }

  return {
    readJson,
    readText: (text, place) => {
      const json = parseJson(text)
      if (json !== undefined) return readJson(json, place)
      tally.results++
      return failed(customIdOfText(text), unreadable(endpoint, place(), "is not JSON", "json"))
    }
  }
}

/** JSON that some servers send as text. */
const objectOf = (value: unknown): unknown => {
  const json = typeof value === "string" ? parseJson(value) : undefined
  return isJsonObject(json) || Array.isArray(json) ? json : value
}

/** The status of a response, which may be a text. */
const statusOf = ({ status, status_code = status }: JsonObject): number | undefined => {
  const number = typeof status_code === "string" && status_code.trim() !== "" ? Number(status_code) : status_code
  return typeof number === "number" && Number.isInteger(number) ? number : undefined
}

const hasSentence = ({ reason }: MistralError): boolean =>
  "serverMessage" in reason && reason.serverMessage !== undefined
