/**
 * The sections of `docs/migrating-from-mistralai.md`: the code with Mistral's SDK and the code with this library are run
 * over the emulator, and give the same.
 */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { Embeddings, FetchHttpClient, MistralClient, Models, Moderations } from "@effect-mistral/core"
import { Emulator, type Script } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { assert, describe, it } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { Effect, Layer, Predicate, Redacted } from "effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"

/** The pairs of a section: an export of both of its blocks, with the arguments of a call. */
const sections: Readonly<Record<string, ReadonlyArray<readonly [name: string, ...args: ReadonlyArray<string>]>>> = {
  "chat.complete": [["answer"]],
  "chat.stream": [["answer"]],
  "Stopping a stream early": [["beginning"]],
  "Tools": [["answer"]],
  "chat.parse": [["painter"]],
  "Embeddings, moderation, models": [["vectors"], ["moderated"], ["modelIds"], ["model"]],
  "Agents and fill-in-the-middle": [["answer", "ag_emulator"], ["code"]],
  "Errors": [["found", "mistral-small-latest"], ["found", "nothing"]],
  "Retries and time limits": [["answer"]],
  "Headers and metadata": [["answer"]]
}

describe("the page about migration", () => {
  const page = readFileSync(new URL("../docs/migrating-from-mistralai.md", import.meta.url), "utf8")

  for (const [section, pairs] of Object.entries(sections)) {
    for (const [name, ...args] of pairs) {
      it.live(`gives the same with both: ${section}, ${[name, ...args].join(" ")}`, () =>
        Effect.gen(function*() {
          const { apiKey, url } = yield* Emulator.Emulator
          const mistral = new Mistral({ apiKey: Redacted.value(apiKey), serverURL: url })
          const [theirs, ours] = yield* Effect.promise(() => importBlocks(page, section))
          const sdk = yield* Effect.promise(() => (theirs[name] as TheirCall)(mistral, ...args))
          const call = ours[name] as OurCall
          const result = yield* Effect.isEffect(call) ? call : call(...args)
          assert.deepStrictEqual(comparable(result), comparable(sdk))
          assert.isDefined(sdk)
        }).pipe(Effect.provide(EmulatedLive)))
    }
  }

  it("has a test here for each section with two blocks", () => {
    const names = page.split(/^## /m).flatMap((text) => (text.match(/^```ts$/gm)?.length === 2 ? [text] : []))
    assert.deepStrictEqual(names.map((text) => text.split("\n")[0]), Object.keys(sections))
  })
})

type TheirCall = (mistral: Mistral, ...args: ReadonlyArray<string>) => Promise<unknown>

type Ours = Effect.Effect<unknown, unknown, Layer.Success<typeof EmulatedLive>>

type OurCall = Ours | ((...args: ReadonlyArray<string>) => Ours)

/** What a result says, under the names of either: the SDK drops unknown keys, adds defaults and renames the others. */
const comparable = (result: unknown): unknown => {
  const at = (...keys: ReadonlyArray<PropertyKey>) =>
    keys.reduce<unknown>((value, key) => Predicate.hasProperty(value, key) ? value[key] : undefined, result)
  if (at("choices") !== undefined) {
    const tokens = at("usage", "totalTokens") ?? at("usage", "total_tokens")
    return { text: at("choices", 0, "message", "content"), tokens, model: at("model") }
  }
  if (at("results") !== undefined) {
    const scores = at("results", 0, "categoryScores") ?? at("results", 0, "category_scores")
    return { categories: at("results", 0, "categories"), scores, id: at("id") }
  }
  return at("capabilities") === undefined
    ? result
    : { id: at("id"), aliases: at("aliases"), length: at("maxContextLength") ?? at("max_context_length") }
}

/** Rules for responses that would otherwise depend on a body in which the two differ. */
const script: Script.Script = [
  {
    when: { text: "Which painter" },
    answer: { tool_calls: [{ name: "painter_of", arguments: { title: "Water Lilies" } }] }
  },
  { when: { text: "Claude Monet painted" }, answer: { text: "The tool says that it was Monet." } },
  { when: { text: "and when was he born" }, answer: { text: `{"name":"Claude Monet","born":1840}` } }
]

const EmulatedLive = Layer.mergeAll(
  Chat.layer,
  Agents.layer,
  Fim.layer,
  Embeddings.layer,
  Moderations.layer,
  Models.layer
).pipe(
  Layer.provide(Layer.unwrap(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url }))
  )),
  Layer.provide(FetchHttpClient.layer),
  Layer.provideMerge(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script }))
)

type Module = Readonly<Record<string, unknown>>

/** Writes the two blocks of a section to files, and imports them. */
const importBlocks = async (page: string, section: string): Promise<readonly [sdk: Module, ours: Module]> => {
  const folder = new URL("./.migration/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  const text = page.split(/^## /m).find((text) => text.startsWith(`${section}\n`)) ?? ""
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], index) => {
    const file = new URL(`${section.replaceAll(/\W+/g, "_")}_${index}.ts`, folder)
    writeFileSync(file, code!)
    return file
  })
  assert.lengthOf(blocks, 2)
  return [await import(blocks[0]!.href), await import(blocks[1]!.href)]
}
