import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as MistralError from "@effect-mistral/core/MistralError"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { AnswerFailed, RequestFailed } from "../../BatchError.ts"

/** What differs between two definitions makes a batch of one unusable with the other. Keys in the order of messages. */
export interface Fingerprint {
  readonly name: string
  readonly version: string
  readonly endpoint: string
  readonly item: string
  readonly answer: string
}

/** A definition as batches are run by it: items, requests and answers as JSON text, so that the ledger needs no types. */
export interface Definition {
  readonly name: string
  readonly fingerprint: Fingerprint
  readonly endpoint: Endpoint<object, unknown>
  /** The JSON text of an item, or the places where it does not fit the item schema. */
  readonly encodeItem: (item: unknown) => Result.Result<string, ReadonlyArray<MistralError.Issue>>
  readonly decodeItem: (json: string) => Result.Result<unknown, RequestFailed>
  /** The request of an item, given as JSON text. The same text always makes the same request. */
  readonly request: (json: string) => Result.Result<object, RequestFailed>
  /** The JSON text of the answer in a response. */
  readonly answer: (response: unknown) => Effect.Effect<string, MistralError.MistralError | AnswerFailed>
  readonly decodeAnswer: (json: string) => Result.Result<unknown, AnswerFailed>
}
