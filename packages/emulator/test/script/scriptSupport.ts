import type { Emulator, Rules } from "@effect-mistral/emulator"
import { instant, local } from "../support.ts"

/** An emulator with rules that responds at once. */
export const scripted = (script: ReadonlyArray<Rules.Rule>, options: Emulator.Options = {}) =>
  local({ ...instant, ...options, script } satisfies Emulator.Options)
