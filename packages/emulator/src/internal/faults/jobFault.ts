import * as Context from "effect/Context"
import type { JobFault } from "./faultTarget.ts"

/**
 * The fault that the current request gives to the job that it creates. Whoever creates the job sets `stored`, so that the
 * fault is not used up by a request that creates none.
 */
export const CurrentJobFault: Context.Reference<
  { readonly fault: JobFault | undefined; stored: boolean }
> = Context.Reference("@effect-mistral/emulator/internal/CurrentJobFault", {
  defaultValue: (): { readonly fault: JobFault | undefined; stored: boolean } => ({ fault: undefined, stored: false })
})
