import * as Flag from "effect/cli/Flag"
import { toggle, withDefault, withoutDefault } from "./describedFlag.ts"
import { atLeast, within } from "./numberFlags.ts"

/** The flags for how fast responses and batch jobs are, for the limits per minute, and for the seed. */
export const paceFlags = {
  tokensPerSecond: Flag.Finite("tokens-per-second").pipe(
    atLeast(0),
    withDefault("Tokens per second of each choice; 0 for no delay", 60)
  ),
  timeToFirstToken: Flag.Finite("time-to-first-token").pipe(
    atLeast(0),
    withoutDefault("Milliseconds before the first token (default: 30, or 0 with --tokens-per-second 0)")
  ),
  jitter: Flag.Finite("jitter").pipe(
    within(0, 1),
    withDefault("The largest relative deviation of each wait, from 0 to 1", 0)
  ),
  seed: Flag.Int("seed").pipe(withDefault("The seed of completions, waits and faults", 0)),
  padding: toggle(
    "padding",
    "Whether streamed chunks have the padding key `p`; --no-padding leaves it out",
    true
  ),
  requestsPerMinute: Flag.Int("requests-per-minute").pipe(
    atLeast(1),
    withoutDefault("Requests per minute before responses are 429 (default: no limit)")
  ),
  tokensPerMinute: Flag.Int("tokens-per-minute").pipe(
    atLeast(1),
    withoutDefault("Tokens per minute before responses are 429 (default: no limit)")
  ),
  batchQueueTime: Flag.Finite("batch-queue-time").pipe(
    atLeast(0),
    withDefault("Milliseconds that a batch job is queued before it runs", 0)
  ),
  batchRequestsPerSecond: Flag.Finite("batch-requests-per-second").pipe(
    atLeast(0),
    withDefault("Requests per second of each batch job; 0 for no delay", 0)
  )
}
