import * as Effect from "effect/Effect"
import { makeReport } from "../progress/makeReport.ts"
import { watchBatch } from "../progress/watchBatch.ts"
import { readFailures, readOutcomes } from "../reading/readOutcomes.ts"
import { cancelBatch, pauseBatch, removeBatch, resumeBatch, retryFailedItems } from "./changeState.ts"
import { findBatch, type Operations } from "./operations.ts"
import type { Service } from "./service.ts"
import { awaitEnd, runBatchInline, startBatch } from "./startBatch.ts"

export const makeService = (operations: Operations): Service => ({
  start: ({ definition }, options) => Effect.map(startBatch(operations, definition, options), makeReport),
  runInline: ({ definition }, options) => Effect.map(runBatchInline(operations, definition, options), makeReport),
  status: (id) => Effect.map(findBatch(operations, id), makeReport),
  list: Effect.map(operations.ledger.list, (batches) => batches.map(makeReport)),
  progress: (id, { interval = "500 millis" } = {}) => watchBatch(findBatch(operations, id), interval),
  await: (id) => Effect.map(awaitEnd(operations, id), makeReport),
  results: (batch, id, options) => readOutcomes(operations.ledger, batch, id, options),
  failures: (batch, id, options) => readFailures(operations.ledger, batch, id, options),
  pause: (id, reason = "paused by the program") => Effect.map(pauseBatch(operations, id, reason), makeReport),
  resume: (id, settings = {}) => Effect.map(resumeBatch(operations, id, settings), makeReport),
  cancel: (id) => Effect.map(cancelBatch(operations, id), makeReport),
  retryFailed: (id) => retryFailedItems(operations, id),
  remove: (id) => removeBatch(operations, id)
})
