import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { Pace } from "./pacing.ts"

/** The options of an emulator with their defaults filled in. */
export interface Settings {
  readonly apiKey: Redacted.Redacted<string>
  readonly pace: Pace
  readonly seed: number
  /** The models of the agents, by the agents' ids. */
  readonly agents: ReadonlyMap<string, string>
  /** The file of the events, or `:memory:`. */
  readonly database: string
  /** How many events are made up for an empty database. */
  readonly demoEvents: number
}

/** Fills in the defaults. */
export const makeSettings = (options: {
  readonly apiKey?: Redacted.Redacted<string> | undefined
  readonly timeToFirstToken?: Duration.Input | undefined
  readonly tokensPerSecond?: number | undefined
  readonly seed?: number | undefined
  readonly agents?: Readonly<Record<string, string>> | undefined
  readonly database?: string | undefined
  readonly demoEvents?: number | undefined
}): Settings => ({
  apiKey: options.apiKey ?? Redacted.make("emulator-key"),
  pace: {
    timeToFirstToken: Duration.fromInputUnsafe(options.timeToFirstToken ?? "30 millis"),
    tokensPerSecond: options.tokensPerSecond ?? 60
  },
  seed: options.seed ?? 0,
  agents: new Map(Object.entries(options.agents ?? { ag_emulator: "mistral-medium-latest" })),
  database: options.database ?? ":memory:",
  demoEvents: options.demoEvents ?? 0
})
