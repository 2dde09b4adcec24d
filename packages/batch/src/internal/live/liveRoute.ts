import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import type { LedgerError } from "../../BatchError.ts"
import type * as Limits from "../../Limits.ts"
import type { Definition } from "../definition/definition.ts"
import type { PartStopped, PartWork } from "../work/partWork.ts"
import type { Ask } from "./ask.ts"
import { askPart, defaultSchedule, retriesOf } from "./askPart.ts"
import { TokenEstimate } from "./tokenEstimate.ts"

/** The settings of a live route. */
export interface LiveSettings {
  readonly concurrency?: number | undefined
  readonly partSize?: number | undefined
  readonly parts?: number | undefined
  readonly window?: number | undefined
  readonly schedule?: Schedule.Schedule<unknown, MistralError> | undefined
}

/** A live route: the service of `BatchRoute`, which imports this file. */
export interface LiveRoute {
  readonly name: "live"
  readonly partSize: number
  readonly concurrency: number
  readonly parts: number
  readonly window: number
  readonly run: (work: PartWork) => Effect.Effect<void, PartStopped | LedgerError>
}

/** Makes a live route of its settings. Throws a `RangeError` for settings with which nothing could be asked. */
export const liveRoute = (
  { schedule, ...settings }: LiveSettings
): (ask: Ask, limits: Limits.Service) => LiveRoute => {
  const concurrency = positive("concurrency", settings.concurrency, 64)
  const partSize = positive("partSize", settings.partSize, 500)
  // One part more than the requests at once fill, and two for parts that wait for their last retries.
  const parts = positive("parts", settings.parts, Math.ceil(concurrency / partSize) + 3)
  const window = positive("window", settings.window, parts * 16)
  const retries = retriesOf(schedule ?? defaultSchedule)
  return (ask, limits) => {
    const estimateOf = estimates()
    const part = { ask, limits, concurrency, retries }
    return {
      name: "live",
      partSize,
      concurrency,
      parts,
      window,
      run: (work) => askPart(work, part, estimateOf(work.definition))
    }
  }
}

/** The estimate of tokens of each definition: their prompts and completions differ. */
const estimates = (): (definition: Definition) => TokenEstimate => {
  const made = new WeakMap<Definition, TokenEstimate>()
  return (definition) => {
    const known = made.get(definition)
    if (known !== undefined) return known
    const estimate = new TokenEstimate()
    made.set(definition, estimate)
    return estimate
  }
}

const positive = (name: string, value: number | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && value >= 1) return value
  throw new RangeError(`${name} of BatchRoute is ${value}, but must be an integer of at least 1.`)
}
