import type { Ledger } from "@effect-mistral/batch"

/** A batch as the ledger keeps it: 1,000 items, of which 100 are identical, and no outcome. */
export const batch: Ledger.Batch = {
  key: 1,
  id: "november",
  fingerprint: { name: "reviews", version: "1", endpoint: "POST /v1/chat/completions", item: "a", answer: "b" },
  settings: {},
  state: "running",
  reason: null,
  run: 1,
  partSize: 500,
  parts: 2,
  loaded: true,
  createdAt: 0,
  endedAt: null,
  supervisor: null,
  supervisedAt: null,
  items: 1000,
  identical: 100,
  answered: 0,
  failed: 0,
  asked: 0,
  perhapsPaidTwice: 0,
  promptTokens: 0,
  completionTokens: 0
}

export const rates = { prompt: 0.2, completion: 0.6 }
