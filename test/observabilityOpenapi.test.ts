/** The observability endpoints of this library, compared with Mistral's OpenAPI file. */
import {
  Aggregation,
  Campaign,
  ChatCompletionEvent,
  Dataset,
  DatasetRecord,
  Field,
  Filter,
  Judge,
  Log,
  ObservabilityEndpoint,
  TelemetrySearch
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { answerOf, assertKnown, choices } from "./openapi/answers.ts"
import { compareEnum, compareLengths, compareRanges, compareStruct, type Struct, takes } from "./openapi/comparison.ts"
import { errorCodes, taskStatuses, telemetryOperators } from "./openapi/openSets.ts"
import {
  nameOf,
  type OpenApi,
  type Operation,
  operationOf,
  schemaOf,
  withSpecification
} from "./openapi/specification.ts"

withSpecification(compareAll)

function compareAll(openApi: OpenApi) {
  const { schemas } = openApi.components

  describe("every observability endpoint", () => {
    for (const endpoint of endpoints) {
      const operation = operationOf(openApi, endpoint)
      const body = schemaOf(operation?.requestBody)

      it(`${endpoint.name} is ${endpoint.method} ${endpoint.path} of the OpenAPI file`, () => {
        assert.isDefined(operation)
      })

      it(`${endpoint.name} takes ${nameOf(body) ?? "no body"}`, () => {
        assert.strictEqual(endpoint.request === Schema.Void, operation?.requestBody === undefined)
        assert.strictEqual(structOf(endpoint.request), bodies[nameOf(body) ?? "none"])
      })

      it(`${endpoint.name} has the parameters of its path`, () => {
        const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        assert.deepStrictEqual(names, parameters(operation, "path").map(({ name }) => name))
      })

      const answer = answers(operation)
      it(`${endpoint.name} takes every answer that the file allows`, () => {
        // A 204 response has no body, and its schema accepts anything.
        if (answer === undefined) return assert.strictEqual(endpoint.response, Schema.Unknown)
        for (const choice of choices) {
          const value = answerOf(openApi, answer, choice)
          assert.isTrue(takes(endpoint.response, value), JSON.stringify([choice, value]))
        }
      })

      if (answer === undefined) continue
      it(`${endpoint.name} knows the keys of its answer, and their types`, () => {
        assertKnown(openApi, answer, endpoint.response.ast, nameOf(answer)!)
      })
    }

    it("is one, and every operation of the file has one", () => {
      const inFile = Object.entries(openApi.paths)
        .filter(([path]) => path.startsWith("/v1/observability/"))
        .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`))
      assert.deepStrictEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort(), inFile.sort())
    })
  })

  describe("every query", () => {
    for (const endpoint of endpoints) {
      const given = parameters(operationOf(openApi, endpoint), "query")
      const spec = {
        properties: Object.fromEntries(given.map(({ name, schema }) => [name, schema])),
        required: given.filter(({ required }) => required).map(({ name }) => name)
      }
      const { fields } = asStruct(endpoint.query!)
      compareStruct(endpoint.name, spec, { fields })
      compareRanges(endpoint.name, spec, fields)
    }
  })

  describe("every body", () => {
    for (const [name, { fields, nameless = [] }] of Object.entries(structs)) {
      compareStruct(name, schemas[name], { fields, nameless })
      compareRanges(name, schemas[name], fields)
      compareLengths(name, schemas[name], fields)
    }

    it("is in the table, with what it holds", () => {
      const held = new Set<string>()
      const hold = (value: unknown): void => {
        if (typeof value !== "object" || value === null) return
        for (const [key, inner] of Object.entries(value)) {
          const name = key === "$ref" ? String(inner).split("/").at(-1)! : undefined
          if (name === undefined) hold(inner)
          else if (!held.has(name)) {
            held.add(name)
            hold(schemas[name])
          }
        }
      }
      for (const endpoint of endpoints) hold(schemaOf(operationOf(openApi, endpoint)?.requestBody))
      const known = { ...structs, ...enums, ...free }
      assert.deepStrictEqual([...held].filter((name) => !(name in known)), [])
    })
  })

  describe("every closed set of values", () => {
    for (const [name, schema] of Object.entries(enums)) compareEnum(name, schemas[name]?.enum, schema)
    const inline = (name: string, key: string) => schemas[name]?.properties?.[key]?.enum
    compareEnum("FilterCondition.op", inline("FilterCondition", "op"), Filter.Operator)
    compareEnum("LogsRequest.order", inline("LogsRequest", "order"), asStruct(Log.SearchRequest).fields.order!)
    compareEnum("OrderByClause.direction", inline("OrderByClause", "direction"), orderBy.fields.direction!)
    const operator = parameters(operationOf(openApi, ObservabilityEndpoint.fields.options), "query")[0]
    compareEnum("a field option's operator", operator?.schema.enum, Field.OptionsQuery.fields.operator)
  })

  describe("every open set of values", () => {
    const open: Readonly<Record<string, readonly [inFile: ReadonlyArray<string> | undefined, known: object]>> = {
      ObservabilityErrorCode: [schemas.ObservabilityErrorCode?.enum, errorCodes],
      BaseTaskStatus: [schemas.BaseTaskStatus?.enum, taskStatuses],
      "OtelFieldDefinition.supported_operators": [
        schemas.OtelFieldDefinition?.properties?.supported_operators?.items?.enum,
        telemetryOperators
      ]
    }
    for (const [name, [inFile = [], known]] of Object.entries(open)) {
      it(`has the values of ${name}, no more and no fewer`, () => {
        assert.deepStrictEqual(Object.keys(known).sort(), [...inFile].sort())
      })
    }
  })
}

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly request: Schema.Top
  readonly response: Schema.Top
  readonly query?: Schema.Top
}

// The cast is safe: the test needs only these keys, and no types of requests and responses.
const endpoints = Object.values(ObservabilityEndpoint).flatMap((resource: object) =>
  Object.values(resource)
) as ReadonlyArray<Endpoint>

// The cast is safe: every query and every body is a struct, though its static type has no `fields`.
const asStruct = (schema: Schema.Top): Struct => schema as unknown as Struct

const structOf = (schema: Schema.Top) => schema === Schema.Void ? undefined : schema

const parameters = (operation: Operation | undefined, place: string) =>
  (operation?.parameters ?? []).filter((parameter) => parameter.in === place)

/** The schema of the successful response. */
const answers = (operation: Operation | undefined) =>
  Object.entries(operation?.responses ?? {}).filter(([status]) => status.startsWith("2")).map(([, one]) =>
    schemaOf(one)
  )[0]

/** The schemas of the bodies, by their names in the file. */
const bodies: Readonly<Record<string, Schema.Top>> = {
  SearchChatCompletionEventsRequest: ChatCompletionEvent.SearchRequest,
  SearchChatCompletionEventIdsRequest: ChatCompletionEvent.SearchRequest,
  JudgeChatCompletionEventRequest: Judge.LiveJudgingRequest,
  JudgeDatasetRecordRequest: Judge.LiveJudgingRequest,
  FetchFieldOptionCountsRequest: Field.OptionCountsRequest,
  CreateJudgeRequest: Judge.Definition,
  UpdateJudgeRequest: Judge.Definition,
  JudgeConversationRequest: Judge.ConversationRequest,
  CreateCampaignRequest: Campaign.CreateRequest,
  CreateDatasetRequest: Dataset.CreateRequest,
  UpdateDatasetRequest: Dataset.UpdateRequest,
  CreateDatasetRecordRequest: DatasetRecord.CreateRequest,
  ImportDatasetFromCampaignRequest: Dataset.FromCampaign,
  ImportDatasetFromExplorerRequest: Dataset.FromExplorer,
  ImportDatasetFromFileRequest: Dataset.FromFile,
  ImportDatasetFromPlaygroundRequest: Dataset.FromPlayground,
  ImportDatasetFromDatasetRequest: Dataset.FromDataset,
  DeleteDatasetRecordsRequest: DatasetRecord.BulkDeleteRequest,
  UpdateDatasetRecordPayloadRequest: DatasetRecord.UpdatePayloadRequest,
  UpdateDatasetRecordPropertiesRequest: DatasetRecord.UpdatePropertiesRequest,
  LogsRequest: Log.SearchRequest,
  TracesRequest: TelemetrySearch.SearchRequest,
  SpansRequest: TelemetrySearch.SearchRequest,
  SpanEvaluationsRequest: TelemetrySearch.SearchRequest,
  AggregationRequest: Aggregation.Request
}

const orderBy = asStruct(Aggregation.OrderBy)

const structs: Readonly<Record<string, Struct>> = {
  ...Object.fromEntries(Object.entries(bodies).map(([name, schema]) => [name, asStruct(schema)])),
  FilterPayload: asStruct(Filter.Payload),
  FilterGroup: asStruct(Filter.Group),
  FilterCondition: asStruct(Filter.Condition),
  JudgeClassificationOutput: { fields: asStruct(Judge.Classification).fields, nameless: ["type"] },
  JudgeClassificationOutputOption: asStruct(Judge.ClassificationOption),
  JudgeRegressionOutput: { fields: asStruct(Judge.Regression).fields, nameless: ["type"] },
  MetricDefinition: asStruct(Aggregation.Metric),
  TimeDimension: asStruct(Aggregation.TimeDimension),
  OrderByClause: orderBy
}

const enums: Readonly<Record<string, Schema.Top>> = {
  JudgeOutputType: Judge.OutputType,
  MetricAggregation: Aggregation.MetricAggregation,
  Granularity: Aggregation.Granularity
}

/** Objects with keys that the user chooses. */
const free = { DatasetRecordPayload: true }
