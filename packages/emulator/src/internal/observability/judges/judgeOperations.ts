import * as Judge from "@effect-mistral/observability/Judge"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import * as Schema from "effect/Schema"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler, type Incoming } from "../../routing/endpointRoute.ts"
import type { Database, Sql } from "../../storage/database.ts"
import { bind, constant, list, sql } from "../../storage/sql.ts"
import { invalid } from "../api/observabilityError.ts"
import { operation } from "../api/observabilityOperation.ts"
import { listPage, newestFirst, searched } from "../api/offsetPage.ts"
import * as Query from "../api/queryParameters.ts"
import { judgeConversation } from "./judgement.ts"
import { createJudge, deleteJudge, fetchJudge, judgeDefinition, judgeRow, toJudge, updateJudge } from "./judgeStore.ts"

const endpoints = ObservabilityEndpoint.judges

/** `/v1/observability/judges`. */
export const judgeOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.create, {
    status: 201,
    respond: ({ now, request }) => createJudge(database, request, now)
  })),
  handler(operation(endpoints.list, {
    respond: (input) => {
      if (!Query.values(input.query, "type_filter").every(isType)) {
        return invalid([{ loc: ["query", "type_filter"], msg: "Input should be 'CLASSIFICATION' or 'REGRESSION'" }])
      }
      const judges = listPage(database, input, {
        from: constant("judges"),
        conditions: [
          ...searched(input.query, "name"),
          ...oneOf(input.query, "type_filter", "output_type"),
          ...oneOf(input.query, "model_filter", "model_name")
        ],
        order: newestFirst,
        item: toJudge
      })
      return judges instanceof ErrorResponse ? judges : { judges }
    }
  })),
  handler(operation(endpoints.fetch, { respond: ({ parameter }) => fetchJudge(database, parameter("judge_id")) })),
  handler(operation(endpoints.update, {
    status: 204,
    respond: ({ now, parameter, request }) => updateJudge(database, parameter("judge_id"), request, now)
  })),
  handler(operation(endpoints.delete, {
    status: 204,
    respond: ({ parameter }) => deleteJudge(database, parameter("judge_id"))
  })),
  handler(operation(endpoints.judgeConversation, {
    respond: ({ parameter, request }) => {
      const row = judgeRow(database, parameter("judge_id"))
      return row instanceof ErrorResponse ? row : judgeConversation(judgeDefinition(row), request)
    }
  }))
]

const isType = Schema.is(Judge.OutputType)

/** The condition that a column has one of the values of a query parameter, if there are any. */
const oneOf = (
  query: Incoming["query"],
  key: string,
  column: "output_type" | "model_name"
): ReadonlyArray<Sql> => {
  const values = Query.values(query, key)
  return values.length === 0 ? [] : [sql`${constant(column)} IN (${list(values.map(bind), ", ")})`]
}
