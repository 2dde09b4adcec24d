/** The rules of the emulator for all checks. */
import { hello } from "./expect.ts"
import { languageModelScript } from "./languageModelChecks.ts"
import { modelScript } from "./modelChecks.ts"
import { objectScript } from "./objectChecks.ts"
import { toolScript } from "./toolChecks.ts"

/** The rules, of which the first that fits decides. A check that needs an answer of its own has one here. */
export const script = [
  { when: { text: "Say hello" }, answer: { text: hello } },
  ...languageModelScript,
  ...objectScript,
  ...toolScript,
  ...modelScript
]
