import type * as File from "@effect-mistral/batch/File"
import { createHash, randomUUID } from "node:crypto"
import type { Database, Row } from "../storage/database.ts"
import { endsLine, lineEnds, linesIn } from "./fileLines.ts"
import { jsonLines, mimetypeOf } from "./mimetype.ts"

/** What is known of a file before its content. */
export interface NewFile {
  readonly filename: string
  readonly purpose: File.Purpose
  readonly sample_type: File.SampleType
  readonly source: File.Source
  /** By the end of the name unless set. */
  readonly mimetype?: string | undefined
  /** In seconds since the epoch. */
  readonly expires_at?: number | undefined
  /** `workspace` unless set. */
  readonly visibility?: File.Visibility | undefined
}

/** What an upload may say after the content. */
export type LateFields = Partial<Pick<NewFile, "purpose" | "sample_type" | "expires_at" | "visibility">>

/** A file that is being written. Nobody sees it before it is finished. */
export interface FileWriter {
  readonly id: string
  /** Appends text or bytes. Many small pieces cost little: they are stored in chunks. */
  readonly append: (content: string | Uint8Array) => void
  /** The size so far, in bytes. */
  readonly size: number
  /** Completes the file. What was not known at its begin may be given now. */
  readonly finish: (late?: LateFields) => void
  /** Removes what was written, unless the file is finished. */
  readonly discard: () => void
}

/** The size of a stored chunk, in bytes: a file of any size is written and read in constant memory. */
const chunkSize = 256 * 1024

const encoder = new TextEncoder()

/**
 * Begins a file. `now` is in milliseconds.
 *
 * *Details*: each chunk is stored at once, outside of a transaction unless the caller has one. A file that is not finished
 * is removed when the database is opened the next time.
 */
export const addFile = (database: Database, file: NewFile, now: number): FileWriter => {
  removeExpired(database, now)
  const id = randomUUID()
  const mimetype = mimetypeOf(file.filename, file.mimetype)
  database.run(
    `INSERT INTO files (id, created_at, filename, purpose, sample_type, source, mimetype, visibility, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    Math.floor(now / 1000),
    file.filename,
    file.purpose,
    file.sample_type,
    file.source,
    mimetype,
    file.visibility ?? "workspace",
    file.expires_at ?? null
  )
  const seq = Number(database.get("SELECT seq FROM files WHERE id = ?", id)?.["seq"])
  const hash = createHash("sha256")
  const chunk = new Uint8Array(chunkSize)
  let filled = 0
  let position = 0
  let size = 0
  let lines = 0
  let atLineEnd = true
  const store = () => {
    if (filled === 0) return
    const content = chunk.subarray(0, filled)
    database.run("INSERT INTO file_chunks (file, position, content) VALUES (?, ?, ?)", seq, position, content)
    hash.update(content)
    lines += lineEnds(content)
    atLineEnd = endsLine(content)
    size += filled
    position++
    filled = 0
  }
  return {
    id,
    get size() {
      return size + filled
    },
    append: (content) => {
      const bytes = typeof content === "string" ? encoder.encode(content) : content
      for (let at = 0; at < bytes.length;) {
        const piece = bytes.subarray(at, at + chunkSize - filled)
        chunk.set(piece, filled)
        filled += piece.length
        at += piece.length
        if (filled === chunkSize) store()
      }
    },
    finish: (late = {}) => {
      store()
      database.run(
        `UPDATE files SET bytes = ?, num_lines = ?, signature = ?, purpose = coalesce(?, purpose),
           sample_type = coalesce(?, sample_type), expires_at = coalesce(?, expires_at),
           visibility = coalesce(?, visibility) WHERE seq = ?`,
        size,
        mimetype === jsonLines ? lines + (atLineEnd ? 0 : 1) : null,
        hash.digest("hex").slice(0, 16),
        late.purpose ?? null,
        late.sample_type ?? null,
        late.expires_at ?? null,
        late.visibility ?? null,
        seq
      )
    },
    discard: () => {
      database.run("DELETE FROM files WHERE seq = ? AND bytes IS NULL", seq)
    }
  }
}

/** Stores a whole file, in one transaction, and gives its id. */
export const storeFile = (
  database: Database,
  file: NewFile,
  content: Iterable<string | Uint8Array>,
  now: number
): string =>
  database.transaction(() => {
    const writer = addFile(database, file, now)
    for (const piece of typeof content === "string" ? [content] : content) writer.append(piece)
    writer.finish()
    return writer.id
  })

/** The condition for files that the API shows at a time in milliseconds, which is bound twice. */
export const visible =
  "bytes IS NOT NULL AND (expires_at IS NULL OR expires_at * 1000 > ?) AND coalesce(hidden_until, 0) <= ?"

/** The row of a file; `undefined` for a file that is unknown, deleted, expired or not there yet. */
export const fileRow = (database: Database, id: string, now: number): Row | undefined =>
  database.get(`SELECT * FROM files WHERE id = ? AND ${visible}`, id.toLowerCase(), now, now)

/** What the API says about a file; `undefined` for a file that is unknown, deleted, expired or not there yet. */
export const fileResponse = (database: Database, id: string, now: number): File.File | undefined => {
  const row = fileRow(database, id, now)
  return row === undefined ? undefined : toFile(row)
}

/** Converts a row to a file of the API. */
export const toFile = (row: Row): File.File => ({
  id: String(row["id"]),
  object: "file",
  bytes: Number(row["bytes"]),
  created_at: Number(row["created_at"]),
  filename: String(row["filename"]),
  purpose: String(row["purpose"]),
  sample_type: String(row["sample_type"]),
  source: String(row["source"]),
  num_lines: numberIn(row["num_lines"]),
  mimetype: String(row["mimetype"]),
  signature: row["signature"] === null ? null : String(row["signature"]),
  expires_at: numberIn(row["expires_at"]),
  visibility: String(row["visibility"])
})

const numberIn = (value: Row[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)

/** Removes a file with its content. Gives whether it was there. */
export const removeFile = (database: Database, id: string): boolean =>
  database.run("DELETE FROM files WHERE id = ?", id.toLowerCase()) > 0

const removeExpired = (database: Database, now: number): void => {
  database.run("DELETE FROM files WHERE expires_at * 1000 <= ?", now)
}

/** Hides a file until a time in milliseconds: it is there for nobody, although its upload has succeeded. */
export const hideFile = (database: Database, id: string, until: number): void => {
  database.run("UPDATE files SET hidden_until = ? WHERE id = ?", until, id)
}

/**
 * The content of a file, one chunk at a time. The caller may pause between two chunks for as long as it likes.
 *
 * *Gotchas*: it throws if the file is removed meanwhile, because the rest would be missing without a sign.
 */
export function* contentOf(database: Database, id: string): Generator<Uint8Array> {
  const file = database.get("SELECT seq, bytes FROM files WHERE id = ?", id.toLowerCase())
  if (file === undefined) throw new Error(`There is no file ${id}`)
  const size = Number(file["bytes"])
  for (let position = 0, read = 0; read < size; position++) {
    const content = database.get(
      "SELECT content FROM file_chunks WHERE file = ? AND position = ?",
      Number(file["seq"]),
      position
    )?.["content"]
    if (!(content instanceof Uint8Array)) throw new Error(`The file ${id} was removed while it was read`)
    read += content.length
    yield content
  }
}

/** The lines of a file, empty ones included, without their ends. */
export const linesOf = (database: Database, id: string): Generator<string> => linesIn(contentOf(database, id))
