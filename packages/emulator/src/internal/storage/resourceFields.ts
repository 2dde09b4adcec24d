import { randomUUID } from "node:crypto"
import type { Row } from "./database.ts"

/** The owner and the workspace of everything in an emulator. */
export const owner = {
  owner_id: "00000000-0000-4000-8000-000000000001",
  workspace_id: "00000000-0000-4000-8000-000000000002"
}

/** A new id and the current time for a new row. */
export const newResource = (now: number): { readonly id: string; readonly time: string } => ({
  id: randomUUID(),
  time: new Date(now).toISOString()
})

/** The fields that all resources share. Deleted resources are never returned, so `deleted_at` is always `null`. */
export const resourceFields = (row: Row) => ({
  id: String(row["id"]),
  created_at: String(row["created_at"]),
  updated_at: String(row["updated_at"]),
  deleted_at: null
})
