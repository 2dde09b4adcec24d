import type * as Effect from "effect/Effect"
import type * as Faults from "../../Faults.ts"
import type * as Rules from "../../Rules.ts"
import type { SeenRequest } from "../log/requestLog.ts"

/** A scope of an emulator, here or elsewhere. */
export interface Scoped<in Accepted = Rules.Rule, out E = never> {
  readonly name: string
  /** The header that puts a request into the scope: for `headers` of a client or of a call. */
  readonly headers: Readonly<Record<string, string>>
  readonly rules: Rules.Rules<Accepted, E>
  readonly faults: Faults.Faults<E>
  /** The requests of the scope among the last 1,000 that the emulator received, newest last. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>, E>
}
