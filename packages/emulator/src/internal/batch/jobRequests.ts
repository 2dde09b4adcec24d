import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { recordCompletion } from "../observability/events/completionEvent.ts"
import { addEvents } from "../observability/events/eventStore.ts"
import type { NewEvent } from "../observability/events/newEvent.ts"
import { monotonicTime } from "../timing/monotonicMillis.ts"
import { type JobLine, readRequest, readSome, removedInput } from "./jobLines.ts"
import { countError } from "./jobStore.ts"
import { type LineOperation, lineOperations, operationPath } from "./lineOperations.ts"
import { faultyLine, type LineResult, lineResult, resultId } from "./resultLine.ts"
import type { Ending, RunningJob } from "./runningJob.ts"

/** The number of requests whose results are stored in one transaction. */
const batch = 200

/**
 * Answers the requests of a job from the first that has no result, and gives how the job ends.
 *
 * *Details*: the results of some requests, the counts and the events of their completions are stored in one transaction.
 */
export const answerRequests = Effect.fnUntraced(function*(
  job: RunningJob,
  lines: Iterator<JobLine>,
  counts: { readonly done: number; readonly total: number }
): Effect.fn.Return<Ending> {
  const { total } = counts
  const { requestsPerSecond } = job.settings.batch
  const answers = makeAnswers(job)
  const most = job.fault?.type === "batch_timeout" ? job.fault.after_requests : Infinity
  const began = yield* monotonicTime
  let done = 0
  while (done < counts.done) {
    const skipped = readSome(lines, Math.min(batch, counts.done - done))
    if (skipped.lines.length === 0) return { status: "FAILED", errors: [removedInput(total - counts.done)] }
    done += skipped.lines.length
    yield* Effect.yieldNow
  }
  while (done < total) {
    const now = yield* Clock.currentTimeMillis
    if (now >= job.deadline || done >= most) return timeout(total - done)
    const elapsed = (yield* monotonicTime) - began
    // The time of the next request decides, not its distance from the last one, so that delays do not add up.
    const due = Math.ceil((done - counts.done + 1) * 1000 / requestsPerSecond)
    if (due > elapsed) {
      yield* Effect.sleep(Math.min(due - elapsed, job.deadline - now))
      continue
    }
    const allowed = requestsPerSecond === Infinity
      ? batch
      : Math.floor(elapsed * requestsPerSecond / 1000) - (done - counts.done)
    const some = readSome(lines, Math.max(1, Math.min(batch, allowed, most - done)))
    answers.store(yield* answers.answer(some.lines, done), done, now)
    done += some.lines.length
    if (some.removed || some.lines.length === 0) return { status: "FAILED", errors: [removedInput(total - done)] }
    yield* Effect.yieldNow
  }
  return { status: "SUCCESS", errors: [] }
})

const timeout = (count: number): Ending => ({
  status: "TIMEOUT_EXCEEDED",
  errors: [{ message: "The job reached its timeout before this request was processed", count }]
})

/** Answers the requests of a job, and stores the results. */
const makeAnswers = (job: RunningJob) => {
  const { agent_id, database, fault, model, seq } = job
  // A job has operations of its own, so that the events of two jobs do not mix.
  let events: Array<NewEvent> = []
  const record = recordCompletion((more) => Effect.sync(() => void events.push(...more)))
  const operation = lineOperations(job.settings, database, record).get(operationPath(job))
  const answerOne = Effect.fnUntraced(function*(operation: LineOperation, line: JobLine, position: number) {
    const id = resultId(job.id, position)
    const request = readRequest(line.text)
    // The lines were validated, and files do not change.
    if (typeof request === "string") return yield* Effect.die(new Error(`${line.place} ${request}`))
    const body = agent_id !== null
      ? { ...request.body, agent_id }
      : model !== null && request.body["model"] == null
      ? { ...request.body, model }
      : request.body
    return lineResult(id, request, faultyLine(fault, request, position) ?? (yield* operation(body, id)))
  })
  return {
    answer: Effect.fnUntraced(function*(lines: ReadonlyArray<JobLine>, first: number) {
      if (operation === undefined) return yield* Effect.die(new Error(`There is no operation ${job.endpoint}`))
      const results: Array<LineResult> = []
      for (const [at, line] of lines.entries()) results.push(yield* answerOne(operation, line, first + at))
      return results
    }),
    store: (results: ReadonlyArray<LineResult>, first: number, now: number): void =>
      database.transaction(() => {
        const messages = new Map<string, number>()
        for (const [at, { line, message, succeeded }] of results.entries()) {
          database.run(
            "INSERT INTO batch_results (job, position, succeeded, line) VALUES (?, ?, ?, ?)",
            seq,
            first + at,
            Number(succeeded),
            line
          )
          if (message !== undefined) messages.set(message, (messages.get(message) ?? 0) + 1)
        }
        for (const [message, count] of messages) countError(database, seq, message, count)
        const failed = [...messages.values()].reduce((sum, count) => sum + count, 0)
        database.run(
          `UPDATE batch_jobs SET succeeded_requests = succeeded_requests + ?, failed_requests = failed_requests + ?
           WHERE seq = ?`,
          results.length - failed,
          failed,
          seq
        )
        addEvents(database, events, now)
        events = []
      })
  }
}
