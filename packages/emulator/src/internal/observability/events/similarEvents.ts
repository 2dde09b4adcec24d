import type * as ChatCompletionEvent from "@effect-mistral/observability/ChatCompletionEvent"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database } from "../../storage/database.ts"
import { bind, sql } from "../../storage/sql.ts"
import { jsonMessageText } from "../../text/jsonMessageText.ts"
import { eventRow, messagesOf, previewsFrom } from "./eventStore.ts"

/** The number of words that are searched for, and of events that are returned. */
const limits = { words: 24, events: 50 }

/** The events whose messages share the most and the rarest words with an event, ranked by the BM25 of FTS5. */
export const similarEvents = (
  database: Database,
  id: string
): ReadonlyArray<ChatCompletionEvent.Preview> | ErrorResponse => {
  const row = eventRow(database, id)
  if (row instanceof ErrorResponse) return row
  const { request_messages, response_messages } = messagesOf(row)
  const words = distinctWords([
    jsonMessageText(request_messages.findLast(({ role }) => role === "user")),
    ...response_messages.map(jsonMessageText)
  ])
  if (words.length === 0) return []
  // Words consist of letters and digits only, so that a quoted word has no further meaning to FTS5.
  const query = words.map((word) => `"${word}"`).join(" OR ")
  return previewsFrom(
    database,
    sql`JOIN event_words ON event_words.rowid = events.seq
      WHERE event_words MATCH ${bind(query)} AND events.seq <> ${bind(Number(row["seq"]))}
      ORDER BY event_words.rank, events.seq DESC LIMIT ${bind(limits.events)}`
  )
}

/** The longest words of some texts; long words are the most specific. */
const distinctWords = (texts: ReadonlyArray<string | null>): ReadonlyArray<string> => {
  const all = texts.flatMap((text) => text?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  return [...new Set(all)].sort((a, b) => b.length - a.length).slice(0, limits.words)
}
