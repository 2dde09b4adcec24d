/**
 * Migration from Mistral's SDK: a program with the SDK and the same program with this library give the same results, and
 * the table of methods in `docs/migrating-from-mistralai.md` names every method of the SDK.
 */
import * as Agents from "@effect-mistral/agents"
import * as Batch from "@effect-mistral/batch"
import { Chat } from "@effect-mistral/chat"
import * as Core from "@effect-mistral/core"
import { Emulator, type Script } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim"
import * as Observability from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { Effect, Layer, Redacted } from "effect"
import { readFileSync } from "node:fs"
import * as after from "./migration/after.ts"
import * as before from "./migration/before.ts"
import { deliveryDays } from "./migration/shared.ts"

/** Questions, and the city for which the model then calls the tool. */
const questions = {
  "When does my parcel come to Lyon?": "Lyon",
  "Where are my invoices?": "Paris",
  "I forgot my password 😀": "Atlantis"
}

describe("a program with Mistral's SDK and the same program with this library", () => {
  for (const [question, city] of Object.entries(questions)) {
    it.live(`give the same answer to: ${question}`, () =>
      Effect.gen(function*() {
        const mistral = yield* sdk
        const theirs = yield* Effect.promise(() => before.answer(mistral, question))
        const ours = yield* after.answer(question)
        assert.deepStrictEqual(ours, theirs)
        assert.strictEqual(ours.text, text)
        assert.isAbove(ours.tokens, 20)
        assert.deepStrictEqual(ours.results, [deliveryDays(city)])
      }).pipe(Effect.provide(EmulatedLive)))
  }

  for (const [modelId, expected] of [["mistral-small-latest", 262144], ["nothing", undefined]] as const) {
    it.live(`give the same context length of ${modelId}`, () =>
      Effect.gen(function*() {
        const mistral = yield* sdk
        const theirs = yield* Effect.promise(() => before.contextLength(mistral, modelId))
        assert.deepStrictEqual([yield* after.contextLength(modelId), theirs], [expected, expected])
      }).pipe(Effect.provide(EmulatedLive)))
  }
})

describe("the table of methods", () => {
  const rows = tableOf(readFileSync(new URL("../docs/migrating-from-mistralai.md", import.meta.url), "utf8"))
  const methods = methodsOf(new Mistral({ apiKey: "k" }), "")

  it("has one row for each method of the SDK", () => {
    assert.isAbove(methods.length, 200)
    for (const method of methods) {
      assert.lengthOf(rows.filter(({ sdk }) => matches(sdk, method)), 1, method)
    }
  })

  it("has no row without a method of the SDK", () => {
    for (const { sdk } of rows) assert.isTrue(methods.some((method) => matches(sdk, method)), sdk)
  })

  it("names functions that exist", () => {
    const named = rows.flatMap(({ here }) => [...here.matchAll(/`(\w+)\.(\w+)/g)])
    assert.isAbove(named.length, 40)
    for (const [name, module, operation] of named) {
      const found = modules[module!]
      assert.isDefined(found, name)
      assert.strictEqual(typeof found![operation!], "function", name)
    }
  })
})

/** The modules of all packages with services, by their names. */
const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...Core,
  Chat,
  ...Agents,
  ...Fim,
  ...Observability,
  ...Batch
}

const text = "It takes a few days, é and 😀."

/** Rules for responses that would otherwise depend on a body in which the two differ. */
const script: Script.Script = [
  ...Object.entries(questions).map(([text, city]) => ({
    when: { text },
    answer: { tool_calls: [{ name: "delivery_days", arguments: { city } }] }
  })),
  { when: { text: "working days" }, answer: { text } }
]

/** The SDK over the emulator of the environment. */
const sdk = Effect.map(
  Emulator.Emulator,
  ({ apiKey, url }) => new Mistral({ apiKey: Redacted.value(apiKey), serverURL: url })
)

const EmulatedLive = Layer.mergeAll(
  Chat.layer,
  Core.Embeddings.layer,
  Core.Models.layer
).pipe(
  Layer.provide(Layer.unwrap(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) => Core.MistralClient.layer({ apiKey, baseUrl: url }))
  )),
  Layer.provide(Core.FetchHttpClient.layer),
  Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script }))
)

interface Row {
  /** A method, or all methods below a name: `files.*`. */
  readonly sdk: string
  readonly here: string
}

function tableOf(markdown: string): ReadonlyArray<Row> {
  return [...markdown.slice(markdown.indexOf("## Methods")).matchAll(/^\| `([\w.*]+)` +\| (.*?) +\|$/gm)].map((
    [, sdk, here]
  ) => ({ sdk: sdk!, here: here! }))
}

function matches(row: string, method: string): boolean {
  return row.endsWith(".*") ? method.startsWith(row.slice(0, -1)) : row === method
}

/** The methods of the SDK below an object, with their paths: those of its class, and those of its parts. */
function methodsOf(object: object, path: string): ReadonlyArray<string> {
  return Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object))).flatMap(([name, { get }]) =>
    name === "constructor"
      ? []
      : get === undefined
      ? [path + name]
      : methodsOf(get.call(object) as object, `${path}${name}.`)
  )
}
