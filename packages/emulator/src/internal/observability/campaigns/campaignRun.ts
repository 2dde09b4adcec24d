import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { SqlValue } from "../../storage/database.ts"
import type { Database } from "../../storage/database.ts"
import type { Pace } from "../../timing/pace.ts"
import { messagesOf } from "../events/eventStore.ts"
import { judgeConversation, type JudgeRules } from "../judges/judgement.ts"

/** The number of events that are judged in one transaction. */
const batch = 50

/**
 * Judges the remaining events of a campaign in batches. Each batch takes as long as the first token of a completion.
 *
 * *Details*: it can be interrupted at any time and resumed. Events that cannot be judged are skipped.
 */
export const runCampaign = Effect.fnUntraced(function*(database: Database, id: string, pace: Pace) {
  for (;;) {
    yield* Effect.sleep(pace.timeToFirstToken)
    const now = yield* Clock.currentTimeMillis
    if (judgeSome(database, id, new Date(now).toISOString()) === 0) return
  }
})

/** The campaigns that were still running when the database was closed. */
export const unfinishedCampaigns = (database: Database): ReadonlyArray<string> =>
  database.all("SELECT id FROM campaigns WHERE status = 'RUNNING' ORDER BY seq").map(({ id }) => String(id))

/** Judges one batch and gives the number of events in it; 0 if the campaign is finished or deleted. */
const judgeSome = (database: Database, id: string, time: string): number =>
  database.transaction(() => {
    const campaign = database.get("SELECT seq, judge_id, judge FROM campaigns WHERE id = ? AND status = 'RUNNING'", id)
    if (campaign === undefined) return 0
    const seq = Number(campaign["seq"])
    const judge: JudgeRules = JSON.parse(String(campaign["judge"]))
    const events = database.all(
      `SELECT events.seq, position, request_messages, response_messages, enabled_tools
       FROM campaign_events JOIN events ON events.seq = event
       WHERE campaign = ? AND judged = 0 ORDER BY position LIMIT ?`,
      seq,
      batch
    )
    for (const row of events) {
      const { request_messages, response_messages } = messagesOf(row)
      const said = judgeConversation(judge, {
        messages: [...request_messages, ...response_messages],
        tools: JSON.parse(String(row["enabled_tools"]))
      })
      if (!(said instanceof ErrorResponse)) {
        const values: ReadonlyArray<SqlValue> = [
          Number(row["seq"]),
          String(campaign["judge_id"]),
          said.answer,
          said.analysis,
          time
        ]
        database.run(
          "INSERT OR REPLACE INTO annotations (event, judge_id, answer, analysis, created_at) VALUES (?, ?, ?, ?, ?)",
          ...values
        )
      }
      database.run(
        "UPDATE campaign_events SET judged = 1 WHERE campaign = ? AND position = ?",
        seq,
        Number(row["position"])
      )
    }
    if (events.length < batch) {
      database.run("UPDATE campaigns SET status = 'COMPLETED', updated_at = ? WHERE seq = ?", time, seq)
    }
    return events.length
  })
