import * as Judge from "@effect-mistral/observability/Judge"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import * as Schema from "effect/Schema"
import { type Handler, handler, type Incoming } from "../endpointRoute.ts"
import { Refusal } from "../refusal.ts"
import type { Database, Sql } from "./database.ts"
import { judgeAnswer } from "./judgeAnswer.ts"
import { createJudge, deleteJudge, fetchJudge, judgeDefinition, judgeRow, toJudge, updateJudge } from "./judgeStore.ts"
import { listPage, newestFirst, searched } from "./listing.ts"
import { operation } from "./operation.ts"
import { invalid } from "./problem.ts"
import * as Query from "./query.ts"
import { bind, constant, list, sql } from "./sql.ts"

const endpoints = ObservabilityEndpoint.judges

/** `/v1/observability/judges`. */
export const judgeOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.create, {
    status: 201,
    answer: ({ now, request }) => createJudge(database, request, now)
  })),
  handler(operation(endpoints.list, {
    answer: (asked) => {
      if (!Query.values(asked.query, "type_filter").every(isType)) {
        return invalid([{ loc: ["query", "type_filter"], msg: "Input should be 'CLASSIFICATION' or 'REGRESSION'" }])
      }
      const judges = listPage(database, asked, {
        from: constant("judges"),
        conditions: [
          ...searched(asked.query, "name"),
          ...oneOf(asked.query, "type_filter", "output_type"),
          ...oneOf(asked.query, "model_filter", "model_name")
        ],
        order: newestFirst,
        item: toJudge
      })
      return judges instanceof Refusal ? judges : { judges }
    }
  })),
  handler(operation(endpoints.fetch, { answer: ({ parameter }) => fetchJudge(database, parameter("judge_id")) })),
  handler(operation(endpoints.update, {
    status: 204,
    answer: ({ now, parameter, request }) => updateJudge(database, parameter("judge_id"), request, now)
  })),
  handler(operation(endpoints.delete, {
    status: 204,
    answer: ({ parameter }) => deleteJudge(database, parameter("judge_id"))
  })),
  handler(operation(endpoints.judgeConversation, {
    answer: ({ parameter, request }) => {
      const row = judgeRow(database, parameter("judge_id"))
      return row instanceof Refusal ? row : judgeAnswer(judgeDefinition(row), request)
    }
  }))
]

const isType = Schema.is(Judge.OutputType)

/** The condition that a column is one of the values of a key, if there are any. */
const oneOf = (
  query: Incoming["query"],
  key: string,
  column: "output_type" | "model_name"
): ReadonlyArray<Sql> => {
  const values = Query.values(query, key)
  return values.length === 0 ? [] : [sql`${constant(column)} IN (${list(values.map(bind), ", ")})`]
}
