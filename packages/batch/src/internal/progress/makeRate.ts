import type { Progress, Report } from "./progress.ts"

interface Sample {
  readonly at: number
  readonly run: number
  readonly done: number
  readonly tokens: number
}

/** Makes the function that adds the rate to the reports of a batch, which it is given one after the other with the time. */
export const makeRate = (): (report: Report, now: number) => Progress => {
  let samples: Array<Sample> = []
  return (report, now) => {
    const done = report.answered + report.failed
    const tokens = report.promptTokens + report.completionTokens
    const last = samples.at(-1)
    // A pause between two runs is no slow work, and failed items that are asked again are no work that was undone.
    if (last !== undefined && (last.run !== report.run || last.done > done)) samples = []
    samples.push({ at: now, run: report.run, done, tokens })
    let outdated = 0
    while (outdated < samples.length - 2 && samples[outdated + 1]!.at <= now - windowMillis) outdated++
    if (outdated > 0) samples.splice(0, outdated)
    const first = samples[0]!
    const millis = now - first.at
    const aMinute = (amount: number) => millis > 0 ? amount * 60_000 / millis : 0
    const perMinute = aMinute(done - first.done)
    return {
      ...report,
      perMinute,
      tokensPerMinute: aMinute(tokens - first.tokens),
      remaining: remainingOf(report, perMinute)
    }
  }
}

const remainingOf = ({ loaded, open, state }: Report, perMinute: number): number | undefined => {
  if (state === "completed") return 0
  if (state !== "running" || !loaded || perMinute <= 0) return undefined
  return open * 60_000 / perMinute
}

const windowMillis = 30_000
