/** Responses of single endpoints that do not fit their schema and are usable. */
import { Endpoint, MistralClient, type MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { clientOver } from "./fixtures/scriptedClient.ts"

const data = [{ object: "embedding", embedding: [0.5, 1], index: 0 }]
const results = [{ categories: { pii: true }, category_scores: { pii: 0.9 } }]

const labelled = [{ intent: { scores: { refund: 0.9 } } }]

const operations: Record<string, Operation> = {
  embeddings: {
    call: (client) => client.request(Endpoint.createEmbeddings, { model: "m", input: "a" }),
    read: [
      [{ data }, { model: "", data }],
      [{ id: 1, model: null, data, usage: "" }, { id: "1", model: "", data }],
      [{ model: "m", data: [{ embedding: ["0.5", 1], index: "0" }], usage: { prompt_tokens: null } }, {
        model: "m",
        data: [{ embedding: [0.5, 1], index: 0 }],
        usage: {}
      }],
      [{ model: "m", object: {}, data: data[0] }, { model: "m", data }]
    ],
    refused: [
      [{ model: "m" }, ["data"]],
      [{ model: "m", data: null }, ["data"]],
      [{ model: "m", data: [null, ...data] }, ["data", 0]],
      [{ model: "m", data: [{ index: 0 }] }, ["data", 0, "embedding"]],
      [{ model: "m", data: [{ embedding: [0.5, null] }] }, ["data", 0, "embedding", 1]]
    ]
  },
  moderations: {
    call: (client) => client.request(Endpoint.createModerations, { model: "m", input: "a" }),
    read: [
      [{ results }, { id: "", model: "", results }],
      [{ id: 1, model: "m", results, usage: {} }, { id: "1", model: "m", results, usage: {} }],
      [
        {
          id: "1",
          model: "m",
          results: [{ categories: { pii: true, law: null }, category_scores: { pii: "0.9", law: null } }]
        },
        { id: "1", model: "m", results }
      ]
    ],
    refused: [
      [{ model: "m" }, ["results"]],
      [{ model: "m", results: [null] }, ["results", 0]]
    ]
  },
  classifications: {
    call: (client) => client.request(Endpoint.classify, { model: "m", input: "a" }),
    read: [
      [{ results: labelled }, { id: "", model: "", results: labelled }],
      [{ id: 1, model: "m", results: labelled, usage: { total_tokens: 5 } }, {
        id: "1",
        model: "m",
        results: labelled,
        usage: { total_tokens: 5 }
      }],
      [{ id: "1", model: "m", results: [{ intent: { scores: { refund: "0.9", parcel: null } } }] }, {
        id: "1",
        model: "m",
        results: labelled
      }]
    ],
    refused: [
      [{ model: "m" }, ["results"]],
      [{ model: "m", results: [null] }, ["results", 0]]
    ]
  },
  "a document": {
    call: (client) =>
      client.request(Endpoint.processOcr, { model: "m", document: { type: "image_url", image_url: "https://a.test" } }),
    read: [
      [{ pages: [] }, { model: "", pages: [] }],
      [{ model: null, pages: [{ markdown: "a" }, { markdown: "b", images: null }] }, {
        model: "",
        pages: [{ index: 0, markdown: "a", images: [] }, { index: 1, markdown: "b", images: [] }]
      }],
      [
        { model: "m", pages: [{ index: "3", markdown: null, images: [{ id: 7, top_left_x: "5", image_base64: {} }] }] },
        {
          model: "m",
          pages: [{ index: 3, markdown: "", images: [{ id: "7", top_left_x: 5 }] }]
        }
      ],
      [
        {
          model: "m",
          pages: [{
            index: 0,
            markdown: "a",
            images: [],
            tables: null,
            hyperlinks: null,
            header: null,
            dimensions: null,
            confidence_scores: {},
            blocks: null
          }],
          document_annotation: null,
          usage_info: { pages_processed: "2", doc_size_bytes: null }
        },
        {
          model: "m",
          pages: [{
            index: 0,
            markdown: "a",
            images: [],
            tables: null,
            hyperlinks: null,
            header: null,
            dimensions: null,
            confidence_scores: {},
            blocks: null
          }],
          document_annotation: null,
          usage_info: { pages_processed: 2, doc_size_bytes: null }
        }
      ],
      [
        {
          model: "m",
          pages: [{
            index: 0,
            markdown: "a",
            images: [null, { id: "i" }],
            tables: [null, { id: "t" }],
            blocks: [null, { type: "stamp" }, 5]
          }]
        },
        {
          model: "m",
          pages: [{
            index: 0,
            markdown: "a",
            images: [{ id: "i" }],
            tables: [{ id: "t", content: "" }],
            blocks: [{ type: "stamp" }, { type: "unknown", value: 5 }]
          }]
        }
      ]
    ],
    refused: [
      [{ model: "m" }, ["pages"]],
      [{ model: "m", pages: null }, ["pages"]],
      [{ model: "m", pages: [null] }, ["pages", 0]]
    ]
  },
  models: {
    call: (client) => client.request(Endpoint.listModels, undefined),
    read: [
      [[{ id: 1, created: "5", aliases: null }], [{ id: "1", created: 5, aliases: null }]],
      [{ data: [{ id: "a", aliases: "b", capabilities: [], archived: {} }] }, { data: [{ id: "a", capabilities: {} }] }]
    ],
    refused: [
      [{ data: [{ name: "a" }] }, ["data", 0, "id"]],
      [{ data: null }, ["data"]]
    ]
  },
  "one model": {
    call: (client) => client.request(Endpoint.fetchModel, undefined, { params: { model_id: "a" } }),
    read: [[{ id: 1, object: 5, deprecation: {} }, { id: "1", object: "5" }]],
    refused: [
      [{ object: "model" }, ["id"]],
      [{ status: "ok" }, []]
    ]
  }
}

describe("a response", () => {
  for (const [name, { call, read, refused }] of Object.entries(operations)) {
    it.effect(`with ${name} is read where something is missing`, () =>
      Effect.gen(function*() {
        for (const [sent, expected] of read) {
          const value = yield* request(call, sent)
          assert.deepStrictEqual(value, expected)
        }
      }))

    it.effect(`with ${name} is an InvalidResponse where what was asked for is missing`, () =>
      Effect.gen(function*() {
        for (const [sent, path] of refused) {
          const { reason } = yield* Effect.flip(request(call, sent))
          assert.isTrue(reason._tag === "InvalidResponse")
          if (reason._tag !== "InvalidResponse") return
          assert.deepStrictEqual(reason.issues[0]?.path, path, JSON.stringify(sent))
        }
      }))
  }
})

interface Operation {
  readonly call: (client: MistralClient.Service) => Effect.Effect<unknown, MistralError.MistralError>
  readonly read: ReadonlyArray<readonly [sent: unknown, read: unknown]>
  readonly refused: ReadonlyArray<readonly [sent: unknown, path: ReadonlyArray<string | number>]>
}

const request = (call: Operation["call"], sent: unknown) =>
  MistralClient.MistralClient.use(call).pipe(Effect.provide(clientOver([ScriptedHttpClient.json(sent)])))
