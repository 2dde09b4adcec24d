/** The endpoints of files and of batch jobs, compared with Mistral's OpenAPI file. */
import { BatchEndpoint, BatchJob, File } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { answerOf, assertKnown, choices } from "./openapi/answers.ts"
import { compareRanges, compareStruct, type Struct, takes } from "./openapi/comparison.ts"
import { batchEndpoints, purposes, sampleTypes, sources, statuses, visibilities } from "./openapi/openSets.ts"
import {
  nameOf,
  type OpenApi,
  type Operation,
  operationOf,
  type Property,
  schemaOf,
  withSpecification
} from "./openapi/specification.ts"

withSpecification(compareAll, "mistral-openapi-files-batch.yaml")

function compareAll(openApi: OpenApi) {
  const { schemas } = openApi.components

  describe("every endpoint of files and batch jobs", () => {
    for (const endpoint of endpoints) {
      const operation = operationOf(openApi, endpoint)

      it(`${endpoint.name} is ${endpoint.method} ${endpoint.path} of the OpenAPI file`, () => {
        assert.isDefined(operation)
      })

      it(`${endpoint.name} takes a body where the file has one`, () => {
        assert.strictEqual(endpoint.request === Schema.Void, operation?.requestBody === undefined)
      })

      it(`${endpoint.name} has the parameters of its path`, () => {
        const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        assert.deepStrictEqual(names, parameters(operation, "path").map(({ name }) => name))
      })

      const answer = schemaOf(operation?.responses["200"])
      it(`${endpoint.name} returns ${answer === undefined ? "bytes" : "JSON"}`, () => {
        assert.strictEqual(endpoint.response === undefined, answer === undefined)
      })
      if (answer === undefined) continue

      it(`${endpoint.name} takes every answer that the file allows`, () => {
        for (const choice of choices) {
          const value = answerOf(openApi, answer, choice)
          assert.isTrue(takes(endpoint.response!, value), JSON.stringify([choice, value]))
        }
      })

      it(`${endpoint.name} knows the keys of its answer, and their types`, () => {
        assertKnown(openApi, answer, endpoint.response!.ast, nameOf(answer)!)
      })
    }

    it("is one, and every operation of the file has one", () => {
      const inFile = Object.entries(openApi.paths)
        .filter(([path]) => /^\/v1\/(files|batch)/.test(path))
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
      const { fields } = endpoint.query === undefined ? noFields : asStruct(endpoint.query)
      compareStruct(endpoint.name, spec, { fields })
      compareRanges(endpoint.name, spec, fields)
    }
  })

  describe("every body", () => {
    const multipart = operationOf(openApi, BatchEndpoint.uploadFile)?.requestBody?.content?.["multipart/form-data"]
    const bodies: Readonly<Record<string, readonly [Property | undefined, Struct]>> = {
      MultiPartBodyParams: [multipart?.schema, asStruct(File.UploadRequest)],
      CreateBatchJobRequest: [schemas.CreateBatchJobRequest, asStruct(BatchJob.CreateRequest)],
      BatchRequest: [schemas.BatchRequest, asStruct(BatchJob.InlineRequest)]
    }
    for (const [name, [spec, struct]] of Object.entries(bodies)) {
      compareStruct(name, spec, struct)
      compareRanges(name, spec, struct.fields)
    }

    it("has at most as many inline requests, and metadata as long, as the file lets it have", () => {
      const { metadata, requests } = asStruct(BatchJob.CreateRequest).fields
      const some = (count: number) => Array.from({ length: count }, () => ({ body: {} }))
      assert.strictEqual(alternative(schemas.CreateBatchJobRequest?.properties?.requests)?.maxItems, 10_000)
      assert.isTrue(takes(requests!, some(10_000)))
      assert.isFalse(takes(requests!, some(10_001)))
      assert.isTrue(takes(metadata!, { ["k".repeat(32)]: "v".repeat(512) }))
      for (const wrong of [{ "": "v" }, { k: "" }, { ["k".repeat(33)]: "v" }, { k: "v".repeat(513) }, { k: 1 }]) {
        assert.isFalse(takes(metadata!, wrong), JSON.stringify(wrong))
      }
    })
  })

  describe("every open set of values", () => {
    const open: Readonly<Record<string, readonly [ReadonlyArray<string> | undefined, object]>> = {
      BatchJobStatus: [schemas.BatchJobStatus?.enum, statuses],
      ApiEndpoint: [schemas.ApiEndpoint?.enum, batchEndpoints],
      SampleType: [schemas.SampleType?.enum, sampleTypes],
      Source: [schemas.Source?.enum, sources],
      FileVisibility: [schemas.FileVisibility?.enum, visibilities]
    }
    for (const [name, [inFile = [], known]] of Object.entries(open)) {
      it(`has the values of ${name}, no more and no fewer`, () => {
        assert.deepStrictEqual(Object.keys(known).sort(), [...inFile].sort())
      })
    }

    it("has the values of FilePurpose, and \"audio\", which only the file's prose names", () => {
      assert.deepStrictEqual(Object.keys(purposes).sort(), [...schemas.FilePurpose?.enum ?? [], "audio"].sort())
    })
  })
}

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly request: Schema.Top
  readonly response?: Schema.Top
  readonly query?: Schema.Top
}

// The cast is safe: the test needs only these keys, and no types of requests and responses.
const endpoints = Object.values(BatchEndpoint) as unknown as ReadonlyArray<Endpoint>

// The cast is safe: every query and every body is a struct, though its static type has no `fields`.
const asStruct = (schema: Schema.Top): Struct => schema as unknown as Struct

const noFields: Struct = { fields: {} }

const parameters = (operation: Operation | undefined, place: string) =>
  (operation?.parameters ?? []).filter((parameter) => parameter.in === place)

/** The schema of a property that may be null. */
const alternative = (property: (Property & { readonly maxItems?: number }) | undefined) => property?.anyOf?.[0]
