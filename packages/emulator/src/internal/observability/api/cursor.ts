import type { Row } from "../storage/database.ts"

/**
 * Where a search reads on. It names the last row that was shown and the newest one there was when the search began, so
 * that what comes in the meantime neither shifts a page nor turns up in one.
 */
export interface Cursor {
  /** The number of the newest row when the search began. */
  readonly newest: number
  readonly timestamp: number
  readonly seq: number
}

/** The cursor after a row of a feed. */
export const cursorAfter = (newest: number, row: Row): Cursor => ({
  newest,
  timestamp: Number(row["feed_time"]),
  seq: Number(row["feed_seq"])
})

const version = "c1"

/** A cursor as clients carry it. They need not understand it. */
export const writeCursor = ({ newest, seq, timestamp }: Cursor): string =>
  btoa([version, newest, timestamp, seq].join(":")).replace(/=+$/, "")

/** The cursor that was written so; `undefined` where nothing here wrote it. */
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
