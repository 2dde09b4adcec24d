import type * as Ledger from "../../Ledger.ts"

/**
 * Why a running batch has to pause, as a sentence for `reason`, or `undefined` if it goes on.
 *
 * *Details*: a batch pauses when its budget of tokens or of cost is used up, or when too many of its items have failed. A batch
 * of which no item is open does not pause. A budget of cost without rates has no effect.
 */
export const pauseReason = (batch: Ledger.Batch): string | undefined =>
  isDone(batch) ? undefined : tokensUsedUp(batch) ?? costUsedUp(batch) ?? tooManyFailures(batch)

/** The cost of the tokens that a batch has used, in the currency of its rates. */
export const costOf = (
  { completionTokens, promptTokens }: Pick<Ledger.Counts, "promptTokens" | "completionTokens">,
  rates: NonNullable<Ledger.Settings["rates"]>
): number => (promptTokens * rates.prompt + completionTokens * rates.completion) / 1e6

const defaultFailures = { share: 0.5, atLeast: 20 }

const isDone = ({ answered, failed, identical, items, loaded }: Ledger.Batch): boolean =>
  loaded && answered + failed + identical >= items

const tokensUsedUp = ({ completionTokens, promptTokens, settings }: Ledger.Batch): string | undefined => {
  const budget = settings.budget?.tokens
  const used = promptTokens + completionTokens
  if (budget === undefined || used < budget) return undefined
  return `the budget of ${budget} tokens is used up: ${used} tokens were used. Resume the batch with a higher budget.`
}

const costUsedUp = (batch: Ledger.Batch): string | undefined => {
  const { budget, rates } = batch.settings
  if (budget?.cost === undefined || rates === undefined) return undefined
  const used = costOf(batch, rates)
  if (used < budget.cost) return undefined
  return `the budget of ${budget.cost} is used up: the tokens cost ${rounded(used)}. `
    + "Resume the batch with a higher budget."
}

const tooManyFailures = ({ answered, failed, settings }: Ledger.Batch): string | undefined => {
  const { pauseOnFailures = defaultFailures } = settings
  if (pauseOnFailures === false) return undefined
  const done = answered + failed
  const { atLeast, share } = pauseOnFailures
  if (failed === 0 || failed < atLeast || failed <= share * done) return undefined
  return `${failed} of ${done} items failed, which is more than a share of ${share}. Read the failures, and retry them or `
    + "resume the batch with another setting of pauseOnFailures."
}

/** Six digits that count, which tell an amount just above the budget from the budget. */
const rounded = (amount: number): string => String(Number(amount.toPrecision(6)))
