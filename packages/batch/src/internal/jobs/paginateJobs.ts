import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as BatchJob from "../../BatchJob.ts"

/**
 * Every job of a list from a page on. A page is requested when the jobs before it have been consumed.
 *
 * *Details*: jobs that were created meanwhile move others to the next page. A job that came before is left out, as far as
 * the last 10,000 tell. The stream ends after an empty page, after three pages in a row without a new job, because the
 * server then does not know page numbers, and after a short page if as many jobs came as `total` says. Either alone is no
 * end: the server may give less than `page_size`, and `total` may count the jobs of the page.
 */
export const paginateJobs = (
  fetch: (page: number) => Effect.Effect<BatchJob.ListResponse, MistralError>,
  { page: from = 0, page_size: size = defaultPageSize }: BatchJob.ListQuery = {}
): Stream.Stream<BatchJob.BatchJob, MistralError> =>
  Stream.suspend(() => {
    const isNew = makeNewIds()
    let received = 0
    let repeatedPages = 0
    return Stream.paginate(from, (page: number) =>
      Effect.map(fetch(page), ({ data, total }) => {
        const jobs = data ?? []
        // The pages before the first are taken to be as long as it is: a short one leads to a request too many, not too few.
        if (page === from) received = from * jobs.length
        received += jobs.length
        const newJobs = jobs.filter(({ id }) => isNew(id))
        repeatedPages = newJobs.length > 0 ? 0 : repeatedPages + 1
        const isComplete = jobs.length < size && typeof total === "number" && total >= jobs.length && received >= total
        const more = jobs.length > 0 && repeatedPages < 3 && !isComplete
        return [newJobs, more ? Option.some(page + 1) : Option.none()]
      }))
  })

/** The API's page size where a request sets none. */
const defaultPageSize = 100

/** Makes a function that says whether an id is none of the last 10,000. */
const makeNewIds = (): (id: string) => boolean => {
  const recent = new Set<string>()
  return (id) => {
    if (recent.has(id)) return false
    recent.add(id)
    if (recent.size > 10_000) recent.delete(recent.values().next().value!)
    return true
  }
}
