import type * as BatchJobs from "../../BatchJobs.ts"
import type * as Files from "../../Files.ts"
import type * as Ledger from "../../Ledger.ts"
import type { PartWork } from "../work/partWork.ts"
import type { Attempts } from "./attempts.ts"
import type { JobsOptions } from "./jobsOptions.ts"
import type { OpenItems } from "./openItems.ts"

/** What the jobs route works with. */
export interface JobServices {
  readonly files: Files.Service
  readonly jobs: BatchJobs.Service
  readonly options: JobsOptions
}

/** A part while the jobs route works on it. */
export interface JobContext extends JobServices {
  readonly work: PartWork
  readonly items: OpenItems
  readonly attempts: Attempts
  /** How far the part is, as the ledger has it. */
  step: Ledger.JobStep
  /** The job that goes on while nobody waits for it, also where the ledger does not have it yet. */
  running: string | null
}
