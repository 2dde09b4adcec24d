import type { Row } from "../../storage/database.ts"

/**
 * A position in a search: the last row that was returned, and the newest row when the search began. Rows that are added
 * later therefore neither shift a page nor appear in one.
 */
export interface Cursor {
  /** The number of the newest row when the search began. */
  readonly newest: number
  readonly timestamp: number
  readonly seq: number
}

/** The cursor after a row. */
export const cursorAfter = (newest: number, row: Row): Cursor => ({
  newest,
  timestamp: Number(row["feed_time"]),
  seq: Number(row["feed_seq"])
})

const version = "c1"

/** Encodes a cursor as an opaque text. */
export const writeCursor = ({ newest, seq, timestamp }: Cursor): string =>
  btoa([version, newest, timestamp, seq].join(":")).replace(/=+$/, "")

/** Decodes a cursor; `undefined` if this emulator did not write it. */
export const readCursor = (text: string): Cursor | undefined => {
  try {
    const [, newest, timestamp, seq] = /^c1:(\d+):(-?\d+):(\d+)$/.exec(atob(text)) ?? []
    if (newest === undefined) return undefined
    const cursor = { newest: Number(newest), timestamp: Number(timestamp), seq: Number(seq) }
    return writeCursor(cursor) === text ? cursor : undefined
  } catch {
    return undefined
  }
}
