import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Fault } from "../../Fault.ts"
import { Armed, type Faults, InvalidFault } from "../../Faults.ts"
import { strictDecoder } from "../json/strictDecoder.ts"
import { makeRandom } from "../random/random.ts"
import { type FaultTarget, isTargeted, neverApplicable, notApplicable } from "./faultTarget.ts"

/** A fault that was taken for a request. `putBack` returns it to the queue for another request. */
export interface TakenFault {
  readonly fault: Fault
  readonly putBack: Effect.Effect<void>
}

/** The armed faults, and the one that applies to a request. */
export interface FaultQueue extends Faults {
  readonly take: (target: FaultTarget) => Effect.Effect<TakenFault | undefined>
}

/** An armed fault in the queue. */
interface Entry {
  readonly armed: Armed
  /** The number of requests that remain; `Infinity` for a fault with a probability. */
  left: number
  /** Whether the fault applies this time. */
  readonly hits: () => boolean
}

const readShape = strictDecoder(Armed)

/** Validates an armed fault, as `arm` and the admin endpoint receive it. */
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
  const notApplicable = neverApplicable(fault, where)
  return notApplicable === undefined
    ? undefined
    : `${notApplicable}, which ${[where.method, where.path].join(" ").trim()} is not`
}

/** Makes an empty queue. `seed` is the default for faults with a probability. */
export const makeFaultQueue = (seed: number): FaultQueue => {
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
    take: (target) =>
      Effect.sync(() => {
        const entry = queue.find(({ armed, hits }) =>
          isTargeted(armed, target) && notApplicable(armed.fault, target) === undefined && hits()
        )
        if (entry === undefined) return undefined
        const before = cleared
        entry.left -= 1
        if (entry.left === 0) queue = queue.filter((other) => other !== entry)
        return {
          fault: entry.armed.fault,
          putBack: Effect.sync(() => {
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
