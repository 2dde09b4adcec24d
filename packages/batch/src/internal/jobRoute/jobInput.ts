import * as MistralError from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as BatchInput from "../../BatchInput.ts"
import { entryEncoder } from "../input/encodeEntry.ts"
import { commitAll } from "./commitAll.ts"
import type { JobContext } from "./jobContext.ts"
import type { JobTarget } from "./jobTarget.ts"
import { customId, itemOf, type OpenItem } from "./openItems.ts"
import { failed, type Outcome } from "./outcome.ts"
import type { Ended } from "./patience.ts"

/** An input file of a job. */
export type JobFile = BatchInput.InputFile<BatchInput.ChangedInput>

/**
 * Plans the input files of the job of the open items. Items whose requests are not valid fail, and none is left where all do.
 *
 * *Details*: `model` and `agent_id` are those of the job, and are left out of the requests.
 */
export const jobFiles = (
  context: JobContext,
  target: JobTarget
): Effect.Effect<ReadonlyArray<JobFile>, Ended> => {
  const { options: { checks, maxBytes }, work: { definition: { endpoint } } } = context
  const { agent_id, model } = target
  const checked = { endpoint, model, agent_id, checks }
  return BatchInput.files({ ...checked, maxBytes, requests: entries(context, target) }).pipe(
    Effect.catchTags({
      EmptyInput: () => Effect.succeed([]),
      InvalidInput: (error) =>
        Effect.andThen(
          failInvalid(context, entryEncoder(checked), entries(context, target), error),
          Effect.suspend(() => jobFiles(context, target))
        )
    })
  )
}

/** The requests of the open items, which can be read several times. */
const entries = ({ items }: JobContext, target: JobTarget): Iterable<BatchInput.Entry<object>> => ({
  *[Symbol.iterator]() {
    for (const [seq, { request }] of items) yield { custom_id: customId(seq), request: withoutTarget(request, target) }
  }
})

/** The request without what the job sets for all of them. */
const withoutTarget = (request: object, { agent_id, model }: JobTarget): object =>
  agent_id === undefined && model === undefined
    ? request
    : Object.fromEntries(
      Object.entries(request).filter(([key]) =>
        !(key === "model" && model !== undefined) && !(key === "agent_id" && agent_id !== undefined)
      )
    )

/** Fails the items whose requests are not valid. */
const failInvalid = (
  context: JobContext,
  encode: ReturnType<typeof entryEncoder>,
  entries: Iterable<BatchInput.Entry<object>>,
  { problems }: BatchInput.InvalidInput
): Effect.Effect<void, Ended> =>
  Effect.gen(function*() {
    const { items } = context
    let outcomes: Array<Outcome> = []
    let found = 0
    let checked = 0
    for (const entry of entries) {
      const { issues } = encode(entry)
      if (issues.length > 0) outcomes.push(...invalid(context, entry.custom_id, issues))
      if (++checked % sliceSize === 0) yield* Effect.yieldNow
      if (outcomes.length < sliceSize) continue
      found += outcomes.length
      yield* commitAll(context, outcomes)
      outcomes = []
    }
    // What is wrong with no request by itself is wrong with its line, such as its length.
    if (found + outcomes.length === 0) {
      outcomes = problems.flatMap(({ custom_id, issues }) => invalid(context, custom_id, issues))
    }
    if (found + outcomes.length === 0) return yield* Effect.die(new Error("Invalid input names its requests"))
    yield* commitAll(context, outcomes)
    for (const { seq } of outcomes) items.delete(seq)
  })

const invalid = (
  { attempts, items, step, work: { definition: { endpoint } } }: JobContext,
  custom_id: string | null,
  issues: ReadonlyArray<MistralError.Issue>
): ReadonlyArray<Outcome> => {
  const found = itemOf(items, custom_id)
  if (found === undefined) return []
  const [seq, item]: readonly [number, OpenItem] = found
  // It was in the jobs before this one, if any.
  const asked = attempts.count(step.attempt) - 1
  const error = MistralError.make(endpoint, new MistralError.InvalidRequest({ issues }))
  return [failed(seq, item, asked, error)]
}

const sliceSize = 256
