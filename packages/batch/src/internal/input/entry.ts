import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { Checks } from "@effect-mistral/core/RequestOptions"
import * as Stream from "effect/Stream"
import { inSlices } from "./slices.ts"

/**
 * An endpoint whose requests are batched, such as `Endpoint.chat.complete`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target<in out Request> extends Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice"> {
  readonly response: object
}

/** The keys of a request that a job sets for all requests that have none. */
type SetByJob = "model" | "agent_id"

/**
 * A request of a batch: that of the endpoint, whose `model` (or `agent_id`) may be left to the job.
 *
 * @category models
 * @since 0.1.0
 */
export type BatchRequest<Request> =
  & Omit<Request, SetByJob>
  & { readonly [Key in Extract<keyof Request, SetByJob>]?: Request[Key] | undefined }

/**
 * A request under an id of your own, by which its result is found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry<Request> {
  readonly custom_id: string
  readonly request: BatchRequest<Request>
}

/**
 * A line of a file of JSON Lines: its text, `{"custom_id": ..., "body": ...}`, and its number in the file, from 1.
 *
 * *Details*: the text was not read yet. What is wrong with it is found with the requests.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  readonly number: number
  readonly text: string
}

/**
 * The endpoint and the requests for it.
 *
 * *Details*: `model` and `agent_id` are those that the job is created with. A request that has none is checked with them, and
 * one that has its own keeps it. `checks` are as in `RequestOptions`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<in out Request, out E = never, out R = never> {
  readonly endpoint: Target<Request>
  readonly requests:
    | Stream.Stream<NoInfer<Entry<Request>> | Line, E, R>
    // An array is an iterable, too, but by this line the compiler names the element and the key that are wrong.
    | ReadonlyArray<NoInfer<Entry<Request>> | Line>
    | Iterable<NoInfer<Entry<Request>> | Line>
  readonly model?: string | undefined
  readonly agent_id?: string | undefined
  readonly checks?: Checks | undefined
}

/**
 * The endpoint, the requests for it, and the limits of a file.
 *
 * *Details*: `maxBytes` is the largest size of a file in bytes. Default: 512,000,000, the limit of Mistral. `maxRequests` is the
 * largest number of requests in a file. By default there is no such limit.
 *
 * @category models
 * @since 0.1.0
 */
export interface FilesOptions<in out Request, out E = never, out R = never> extends Options<Request, E, R> {
  readonly maxBytes?: number | undefined
  readonly maxRequests?: number | undefined
}

/** The requests as a stream, a few at a time. */
export const streamOf = <Request, E, R>(
  { requests }: Options<Request, E, R>
): Stream.Stream<Entry<Request> | Line, E, R> =>
  inSlices(
    // A generator may make large requests, so that not many of them are taken at once.
    Stream.isStream(requests) ? requests : Stream.fromIterable(requests, { chunkSize: 64 })
  )
