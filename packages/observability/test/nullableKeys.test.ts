/** Keys of responses that may be absent: each may also be `null`, as the server sends many of them. */
import * as Observability from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Schema, SchemaAST } from "effect"
import {
  campaign,
  dataset,
  evaluation,
  event,
  judge,
  log,
  preview,
  record,
  span,
  task,
  trace
} from "./fixtures/resources.ts"

const field = { name: "f", label: "F", type: "TEXT", supported_operators: [], supported_aggregations: [] }

const responses: Readonly<Record<string, readonly [schema: Schema.Codec<unknown>, response: object]>> = {
  "a campaign": [codec(Observability.Campaign.Campaign), campaign],
  "a dataset": [codec(Observability.Dataset.Dataset), dataset],
  "a field": [codec(Observability.Field.Definition), field],
  "a field of search expressions": [codec(Observability.TelemetrySearch.FieldDefinition), field],
  "a judge": [codec(Observability.Judge.Judge), judge],
  "a class of a judge": [codec(Observability.Judge.ReceivedClassificationOption), { value: "good" }],
  "a list": [codec(Observability.Page.page(Observability.Judge.Judge)), { results: [judge] }],
  "a log record": [codec(Observability.Log.Log), log],
  "a part of a feed": [codec(Observability.Page.feed(Observability.Log.Log)), { results: [log] }],
  "a record": [codec(Observability.DatasetRecord.DatasetRecord), record],
  "a row of an aggregation": [codec(Observability.Aggregation.Row), { metric_name: "m" }],
  "a span": [codec(Observability.Span.Span), span],
  "a task": [codec(Observability.Dataset.ImportTask), task],
  "a trace": [codec(Observability.Trace.Trace), trace],
  "an evaluation": [codec(Observability.SpanEvaluation.SpanEvaluation), evaluation],
  "an event": [codec(Observability.ChatCompletionEvent.ChatCompletionEvent), event],
  "an event of a list": [codec(Observability.ChatCompletionEvent.Preview), preview],
  "the output of a judge": [codec(Observability.Judge.ReceivedOutputDefinition), {}],
  "the time range of an aggregation": [codec(Observability.Aggregation.Meta), {}],
  "the values of a field": [codec(Observability.Field.OptionsResponse), {}],
  "the values of a field of search expressions": [codec(Observability.TelemetrySearch.FieldOptionsResponse), {}]
}

describe("the optional keys of", () => {
  for (const [name, [schema, response]] of Object.entries(responses)) {
    it(`${name} may be absent, or null`, () => {
      const fits = Schema.is(schema)
      const keys = optionalKeys(schema)
      assert.isTrue(fits(Object.fromEntries(Object.entries(response).filter(([key]) => !keys.includes(key)))))
      for (const key of keys) assert.isTrue(fits({ ...response, [key]: null }), key)
      assert.isTrue(fits({ ...response, ...Object.fromEntries(keys.map((key) => [key, null])) }))
    })
  }
})

// The cast is safe: the responses are checked as unknown values.
function codec<A>(schema: Schema.Codec<A>) {
  return schema as unknown as Schema.Codec<unknown>
}

function optionalKeys({ ast }: Schema.Top): ReadonlyArray<string> {
  return SchemaAST.isObjects(ast)
    ? ast.propertySignatures.filter(({ type }) => SchemaAST.isOptional(type)).map(({ name }) => String(name))
    : []
}
