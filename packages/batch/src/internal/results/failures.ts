import * as EndpointCodec from "@effect-mistral/core/EndpointCodec"
import * as MistralError from "@effect-mistral/core/MistralError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as BatchJob from "../../BatchJob.ts"
import * as BatchResult from "../../BatchResult.ts"
import { hasContent } from "./jsonObject.ts"

/** The failure of a line that cannot be read. `place` names the file and the line, `description` says what is wrong. */
export const unreadable = (
  endpoint: Operation,
  place: string,
  description: string,
  kind: "json" | "schema" | "tooLarge"
): MistralError.MistralError =>
  MistralError.make(
    endpoint,
    new MistralError.InvalidResponse({
      kind,
      status: 200,
      description: `${place} ${description}`,
      issues: [],
      chunks: 0
    })
  )

/** The failure of requests for which their job has no response. */
export const notProcessed = (
  job: Pick<BatchJob.BatchJob, "id" | "status">,
  custom_id: string | null,
  problems: ReadonlyArray<string> = [],
  requests = 1
): BatchResult.NotProcessed =>
  new BatchResult.NotProcessed({ custom_id, jobId: job.id, status: job.status, requests, problems })

/**
 * The failure of a request by the `error` of its line, which may be a text or an object.
 *
 * *Details*: it has the reason of the status that the error names. An error without a status tells that the request got no
 * response: it is retryable, unless its code or type blames the request, and a request that was not processed where they
 * say that the time was over or the job cancelled.
 */
export const failureOfError = (
  endpoint: Operation,
  job: Pick<BatchJob.BatchJob, "id" | "status">,
  custom_id: string | null,
  error: unknown
): BatchResult.Failure => {
  if (!hasContent(error)) return notProcessed(job, custom_id)
  const reported = reportedError(endpoint, 200, { error })
  const { reason } = reported
  if (reason._tag !== "BadRequest" || reason.status !== 200) return reported
  if (outOfTime.test(`${reason.code} ${reason.type}`)) {
    return notProcessed(job, custom_id, reason.serverMessage === undefined ? [] : [reason.serverMessage])
  }
  // The same facts, by which this class says whether the request may succeed later.
  const { _tag, isRetryable: _, ...facts } = reason
  const failed = new MistralError.ServerError(facts)
  return failed.isRetryable ? MistralError.make(endpoint, failed) : reported
}

const outOfTime = /expired|cancel|time.?out|timed.?out/i

/** The error that a body reports, whatever the endpoint returns otherwise. */
export const reportedError = (
  endpoint: Operation,
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>
): MistralError.MistralError =>
  Result.merge(EndpointCodec.decode(
    // No body fits this response.
    { ...endpoint, response: Schema.Never, repair: undefined, failedChoice: undefined },
    { status, body, headers }
  ))

/** The server's own sentence of a problem of a job, without what it quotes of the requests. */
export const sentenceOf = (endpoint: Operation, { count, message }: BatchJob.Problem): string | undefined => {
  const { reason } = reportedError(endpoint, 400, { message })
  const said = "serverMessage" in reason ? reason.serverMessage : undefined
  return said === undefined || typeof count !== "number" || count < 2 ? said : `${said} (${count} requests)`
}

/** The part of an endpoint that errors are read by. */
export interface Operation extends Omit<BatchResult.ResponseEndpoint<never>, "response" | "repair" | "failedChoice"> {}
