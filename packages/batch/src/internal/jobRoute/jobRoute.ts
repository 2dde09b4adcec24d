import * as Effect from "effect/Effect"
import * as BatchJobs from "../../BatchJobs.ts"
import * as Files from "../../Files.ts"
import type { PartWork } from "../work/partWork.ts"
import type { JobsOptions } from "./jobsOptions.ts"
import { runJobs } from "./runJobs.ts"

/** Makes the jobs route. */
export const makeJobRoute = (options: JobsOptions = {}) =>
  Effect.gen(function*() {
    const files = yield* Files.Files
    const jobs = yield* BatchJobs.BatchJobs
    const { jobs: atOnce = 20, partSize = 50_000 } = options
    const services = { files, jobs, options }
    return {
      name: "jobs" as const,
      partSize: positive("partSize", partSize),
      // A job is found again and its results are read again, so that a process that dies leaves no request in doubt.
      concurrency: 0,
      parts: positive("jobs", atOnce),
      window: atOnce,
      run: (work: PartWork) => runJobs(services, work)
    }
  })

const positive = (name: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`${name} must be a whole number of at least 1, got ${value}`)
}
