import { randomUUID } from "node:crypto"
import type { Row } from "./database.ts"

/** The one who owns everything in an emulator, and where. */
export const owner = {
  owner_id: "00000000-0000-4000-8000-000000000001",
  workspace_id: "00000000-0000-4000-8000-000000000002"
}

/** An id and the times of something new. */
export const fresh = (now: number): { readonly id: string; readonly time: string } => ({
  id: randomUUID(),
  time: new Date(now).toISOString()
})

/** The keys that everything kept has. Nothing deleted is shown, so `deleted_at` has no value. */
export const dates = (row: Row) => ({
  id: String(row["id"]),
  created_at: String(row["created_at"]),
  updated_at: String(row["updated_at"]),
  deleted_at: null
})
