import type { Database } from "./database.ts"

/** Stores a text under an id. */
export const keepFile = (database: Database, id: string, content: string, now: number): void => {
  database.run(
    "INSERT INTO files (id, created_at, content) VALUES (?, ?, ?)",
    id,
    new Date(now).toISOString(),
    content
  )
}

/** Reads the text with an id. */
export const readFile = (database: Database, id: string): string | undefined => {
  const row = database.get("SELECT content FROM files WHERE id = ?", id)
  return row === undefined ? undefined : String(row["content"])
}
