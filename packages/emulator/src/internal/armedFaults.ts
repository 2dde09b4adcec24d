import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Fault } from "../Fault.ts"
import { Armed, type Faults, InvalidFault } from "../Faults.ts"
import { type Asked, isWhere, misfit, misfitWhere } from "./faultFit.ts"
import { makeRandom } from "./random.ts"
import { strictValue } from "./strictValue.ts"

/** A fault that a request was given, and how to leave it to another one. */
export interface Taken {
  readonly fault: Fault
  readonly giveBack: Effect.Effect<void>
}

/** The faults to come, and the one that a request gets. */
export interface ArmedFaults extends Faults {
  readonly take: (asked: Asked) => Effect.Effect<Taken | undefined>
}

/** A fault in the queue. */
interface Entry {
  readonly armed: Armed
  /** How many requests it is still for; `Infinity` where chance decides. */
  left: number
  /** Whether it is this request's turn. */
  readonly hits: () => boolean
}

const readShape = strictValue(Armed)

/** Reads a fault with what it is for, as `arm` takes it and the admin endpoint is sent it. */
export const readArmed = (input: unknown): Result.Result<Armed, InvalidFault> =>
  readShape(input).pipe(
    Result.flatMap((armed) => {
      const problem = problemOf(armed)
      return problem === undefined ? Result.succeed(armed) : Result.fail(problem)
    }),
    Result.mapError((message) => new InvalidFault({ message }))
  )

const problemOf = ({ fault, probability, seed, times, ...where }: Armed): string | undefined => {
  if (times !== undefined && probability !== undefined) return "times and probability exclude each other"
  if (seed !== undefined && probability === undefined) return "a seed needs a probability"
  const misfit = misfitWhere(fault, where)
  return misfit === undefined ? undefined : `${misfit}, and ${[where.method, where.path].join(" ").trim()} is none`
}

/** No faults yet; `seed` decides where an armed fault with a probability has none of its own. */
export const makeArmedFaults = (seed: number): ArmedFaults => {
  let queue: ReadonlyArray<Entry> = []
  let cleared = 0
  const arm = (input: Armed) =>
    Effect.map(Effect.fromResult(readArmed(input)), (armed) => {
      const { probability } = armed
      const random = makeRandom(`${armed.seed ?? seed}:fault:${JSON.stringify(armed.fault)}`)
      queue = [
        ...queue,
        probability === undefined
          ? { armed, left: armed.times ?? 1, hits: () => true }
          : { armed, left: Infinity, hits: () => random.next() < probability }
      ]
    })
  return {
    arm,
    next: (fault, { times, where } = {}) =>
      arm({ fault, ...(times === undefined ? undefined : { times }), ...whereOf(where) }),
    withProbability: (fault, probability, { seed, where } = {}) =>
      arm({ fault, probability, ...(seed === undefined ? undefined : { seed }), ...whereOf(where) }),
    armed: Effect.sync(() => queue.map(({ armed, left }) => left === Infinity ? armed : { ...armed, times: left })),
    clear: Effect.sync(() => {
      queue = []
      cleared += 1
    }),
    take: (asked) =>
      Effect.sync(() => {
        const entry = queue.find(({ armed, hits }) =>
          isWhere(armed, asked) && misfit(armed.fault, asked) === undefined && hits()
        )
        if (entry === undefined) return undefined
        const before = cleared
        entry.left -= 1
        if (entry.left === 0) queue = queue.filter((other) => other !== entry)
        return {
          fault: entry.armed.fault,
          giveBack: Effect.sync(() => {
            if (cleared !== before) return
            entry.left += 1
            if (entry.left === 1) queue = [entry, ...queue]
          })
        }
      })
  }
}

const whereOf = (where: { readonly method?: string | undefined; readonly path?: string | undefined } = {}) => ({
  ...(where.method === undefined ? undefined : { method: where.method }),
  ...(where.path === undefined ? undefined : { path: where.path })
})
