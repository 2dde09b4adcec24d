import type { Issue } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import { InvalidOptions } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"

/** Fails if the settings make no sense. Settings that are `undefined` have their defaults. */
export const checkOptions = (id: string, settings: Ledger.Settings): Effect.Effect<void, InvalidOptions> => {
  const issues = [
    ...id === "" ? [{ path: ["id"], message: "Expected an id that is not empty" }] : [],
    ...read(settings)
  ]
  return issues.length === 0 ? Effect.void : Effect.fail(new InvalidOptions({ id, issues }))
}

/** The settings alone, without the other options of a start. */
export const settingsOf = (
  { budget, maxAttempts, pauseOnFailures, rates }: Ledger.Settings
): Ledger.Settings => ({
  ...maxAttempts === undefined ? {} : { maxAttempts },
  ...budget === undefined ? {} : { budget },
  ...rates === undefined ? {} : { rates },
  ...pauseOnFailures === undefined ? {} : { pauseOnFailures }
})

const read = ({ budget, maxAttempts, pauseOnFailures, rates }: Ledger.Settings): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  const expect = (fits: boolean, path: Issue["path"], expected: string) => {
    if (!fits) issues.push({ path, message: `Expected ${expected}` })
  }
  const optional = (value: number | undefined, fits: (value: number) => boolean) => value === undefined || fits(value)
  expect(optional(maxAttempts, atLeastOne), ["maxAttempts"], "an integer of at least 1")
  expect(optional(budget?.tokens, positive), ["budget", "tokens"], "a number above 0")
  expect(optional(budget?.cost, positive), ["budget", "cost"], "a number above 0")
  expect(budget?.cost === undefined || rates !== undefined, ["rates"], "rates, because the budget has a cost")
  expect(optional(rates?.prompt, price), ["rates", "prompt"], "a price of 0 or more")
  expect(optional(rates?.completion, price), ["rates", "completion"], "a price of 0 or more")
  if (pauseOnFailures !== undefined && pauseOnFailures !== false) {
    const { atLeast, share } = pauseOnFailures
    expect(share >= 0 && share <= 1, ["pauseOnFailures", "share"], "a share from 0 to 1")
    expect(atLeastOne(atLeast), ["pauseOnFailures", "atLeast"], "an integer of at least 1")
  }
  return issues
}

const atLeastOne = (value: number): boolean => Number.isSafeInteger(value) && value >= 1
const positive = (value: number): boolean => Number.isFinite(value) && value > 0
const price = (value: number): boolean => Number.isFinite(value) && value >= 0
