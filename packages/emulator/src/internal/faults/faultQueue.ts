import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Fault } from "../../Fault.ts"
import { Armed, type Faults, InvalidFault } from "../../Faults.ts"
import { strictDecoder } from "../json/strictDecoder.ts"
import { makeRandom } from "../random/random.ts"
import { armedFor } from "./armedFor.ts"
import { type FaultTarget, isTargeted, neverApplicable, notApplicable } from "./faultTarget.ts"

/** A fault that was taken for a request. `putBack` returns it to the queue for another request. */
export interface TakenFault {
  readonly fault: Fault
  readonly putBack: Effect.Effect<void>
}

/** An armed fault of any scope. */
export interface ScopedFault extends Armed {
  readonly scope?: string | undefined
}

/** The armed faults, and the one that applies to a request. As `Faults` they are those without a scope. */
export interface FaultQueue extends Faults {
  /** Takes the next fault for a request that names a scope, or none. A scope has no part in the faults of another. */
  readonly take: (target: FaultTarget, scope?: string | undefined) => Effect.Effect<TakenFault | undefined>
  /** The faults for requests that name a scope. */
  readonly scoped: (scope: string) => Faults
  /** The armed faults of all scopes. */
  readonly all: Effect.Effect<ReadonlyArray<ScopedFault>>
}

/** An armed fault in the queue. */
interface Entry {
  readonly armed: Armed
  readonly scope: string | undefined
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
  /** How often the faults of a scope were cleared: a fault that was taken before does not come back. */
  const clears = new Map<string | undefined, number>()
  const arm = (input: Armed, scope: string | undefined) =>
    Effect.map(Effect.fromResult(readArmed(input)), (armed) => {
      const { probability } = armed
      const random = makeRandom(`${armed.seed ?? seed}:fault:${JSON.stringify(armed.fault)}`)
      queue = [
        ...queue,
        probability === undefined
          ? { armed, scope, left: armed.times ?? 1, hits: () => true }
          : { armed, scope, left: Infinity, hits: () => random.next() < probability }
      ]
    })
  const scoped = (scope: string | undefined): Faults => ({
    ...armedFor((armed) => arm(armed, scope)),
    arm: (armed) => arm(armed, scope),
    armed: Effect.sync(() => queue.filter((entry) => entry.scope === scope).map(remaining)),
    clear: Effect.sync(() => {
      queue = queue.filter((entry) => entry.scope !== scope)
      clears.set(scope, (clears.get(scope) ?? 0) + 1)
    })
  })
  return {
    ...scoped(undefined),
    scoped,
    all: Effect.sync(() =>
      queue.map((entry) => ({
        ...remaining(entry),
        ...(entry.scope === undefined ? undefined : { scope: entry.scope })
      }))
    ),
    take: (target, scope) =>
      Effect.sync(() => {
        const entry = queue.find((one) =>
          one.scope === scope && isTargeted(one.armed, target) &&
          notApplicable(one.armed.fault, target) === undefined && one.hits()
        )
        if (entry === undefined) return undefined
        const before = clears.get(scope)
        entry.left -= 1
        if (entry.left === 0) queue = queue.filter((other) => other !== entry)
        return {
          fault: entry.armed.fault,
          putBack: Effect.sync(() => {
            if (clears.get(scope) !== before) return
            entry.left += 1
            if (entry.left === 1) queue = [entry, ...queue]
          })
        }
      })
  }
}

/** A fault with the number of requests that remain. */
const remaining = ({ armed, left }: Entry): Armed => left === Infinity ? armed : { ...armed, times: left }
