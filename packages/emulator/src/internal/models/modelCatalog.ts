import type { CatalogEntry } from "./catalogEntry.ts"
import { currentModels } from "./currentModels.ts"
import { deprecatedModels } from "./deprecatedModels.ts"

/**
 * The emulator's own models: those that Mistral's documentation lists as current, in preview or deprecated, but not those
 * that are retired.
 *
 * *Details*: names, contexts, inputs, features and dates are those of mistralai/platform-docs-public
 * (`src/schema/models/models`), in its state of 2026-08-21.
 */
export const catalog: ReadonlyArray<CatalogEntry> = [...currentModels, ...deprecatedModels]
