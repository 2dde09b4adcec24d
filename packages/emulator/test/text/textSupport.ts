import { WorkBudget } from "../../src/internal/json/workBudget.ts"
import { makeRandom } from "../../src/internal/random/random.ts"
import type { Generation } from "../../src/internal/text/generation.ts"

/** Noon of the fifth of March 2026. */
export const now = Date.UTC(2026, 2, 5, 12)

/** What values are made of, with a budget of its own. */
export const generation = (seed: string): Generation => ({ random: makeRandom(seed), now, budget: new WorkBudget() })
