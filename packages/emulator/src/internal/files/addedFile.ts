import type * as File from "@effect-mistral/batch/File"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Database } from "../storage/database.ts"
import { storeFile } from "./fileStore.ts"

/** What a program may say about a file that it adds. */
export interface AddedFile {
  /** `records.jsonl` unless set. */
  readonly filename?: string | undefined
  /** `fine-tune` unless set. */
  readonly purpose?: File.Purpose | undefined
}

/** The type of the lines in an uploaded file. The API's reference has none for documents. */
export const uploadedType = (purpose: File.Purpose): File.SampleType =>
  purpose === "batch" ? "batch_request" : "instruct"

/** Adds a file as if it had been uploaded, and gives its id. */
export const addUploadedFile = (
  database: Database,
  content: string,
  { filename = "records.jsonl", purpose = "fine-tune" }: AddedFile = {}
): Effect.Effect<string> =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) =>
      storeFile(database, { filename, purpose, sample_type: uploadedType(purpose), source: "upload" }, [content], now)
  )
