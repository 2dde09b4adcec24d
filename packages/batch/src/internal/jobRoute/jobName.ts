import type * as BatchJob from "../../BatchJob.ts"
import type * as Ledger from "../../Ledger.ts"

/**
 * The metadata by which a job of a part is found again.
 *
 * *Details*: a workspace may have jobs of several ledgers, and of batches that were removed and started again under the same id.
 * The time of the batch's creation, its key and the hash of the part tell them apart. `batch` is for people.
 */
export const metadataOf = ({ batch, hash, part }: Ledger.Claim, job: number): BatchJob.Metadata => ({
  batch: readable(batch.id),
  ledger: `${batch.createdAt.toString(36)}-${batch.key}-${(hash >>> 0).toString(36)}`,
  part: String(part),
  attempt: String(job)
})

/** The unique name of an input file of a job, by which it is found again. `index` counts the files of the job. */
export const fileNameOf = (claim: Ledger.Claim, job: number, index: number): string => {
  const { attempt, batch, ledger, part } = metadataOf(claim, job)
  return `${batch}-${ledger}-part-${part}-attempt-${attempt}-file-${index}.jsonl`
}

/** The part of an id that can be in the name of a file. */
const readable = (id: string): string => id.replaceAll(/[^\w.-]+/g, "-").slice(0, 60) || "batch"
