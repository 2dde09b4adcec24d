/** Embeddings, moderations and models that do not fit their schema and are usable. */
import { Endpoint, MistralClient, type MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { clientOver } from "./fixtures/scriptedClient.ts"

const data = [{ object: "embedding", embedding: [0.5, 1], index: 0 }]
const results = [{ categories: { pii: true }, category_scores: { pii: 0.9 } }]

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
