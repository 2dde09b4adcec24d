import { MistralLanguageModel } from "@effect-mistral/ai"
import { Message, MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random, Schema } from "effect"
import { LanguageModel, Prompt, Tool } from "effect/ai"
import { response } from "./fixtures/bodies.ts"
import { chunksOf, messageOf, Recipe, wholeOf } from "./fixtures/generatedResponses.ts"
import { assertWellFormed, cuts, joined, type Json, streamedAt, toolkitOf, whole } from "./fixtures/parts.ts"

const toolkit = toolkitOf(
  Tool.make("getWeather", { parameters: Schema.Struct({ city: Schema.String }) }),
  Tool.make("getTime", { parameters: Schema.Struct({ city: Schema.String }) })
)

describe("any response", () => {
  it.effect.prop(
    "has the same parts whole and streamed, however it was cut into chunks and reads",
    { recipe: Recipe, numbers: Schema.Array(Schema.Natural) },
    ({ numbers, recipe }) =>
      Effect.gen(function*() {
        const parts = yield* whole(wholeOf(recipe), { toolkit })
        const cut = cuts[(numbers[0] ?? 0) % cuts.length]!
        const stream = yield* streamedAt(cut, chunksOf(recipe, numbers), { toolkit })
        assert.isUndefined(stream.reason)
        assertWellFormed(stream)
        assert.deepStrictEqual(withoutHeaders(joined(stream.parts)), withoutHeaders(parts))
      }),
    { arbitrary: { runs: 150 } }
  )

  it.effect.prop(
    "is sent back with all that a request may hold",
    { recipe: Recipe },
    ({ recipe: { thinking: _thinking, ...recipe } }) =>
      Effect.gen(function*() {
        const message = messageOf(recipe)
        const { content } = yield* LanguageModel.generateText({
          prompt: "Hi",
          toolkit,
          disableToolCallResolution: true
        })
        const prompt = Prompt.concat(Prompt.fromResponseParts(content), "Go on.")
        yield* LanguageModel.generateText({ prompt })
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const { body } = (yield* requests)[1]!
        const sent = (body as { readonly messages: ReadonlyArray<Message.Message> }).messages
        assert.deepStrictEqual(
          piecesOf(sent.find(({ role }) => role === "assistant")),
          piecesOf(
            // The cast is safe: the recipe makes messages of known kinds. JSON has no negative zero.
            Message.fromReceived(JSON.parse(JSON.stringify(message)) as Message.Received)
          )
        )
        const calls = sent.flatMap((message) => message.role === "assistant" ? message.tool_calls ?? [] : [])
        assert.deepStrictEqual(
          calls.map(({ function: fn }) => [fn.name, JSON.parse(String(fn.arguments))]),
          recipe.calls.map(({ city, name }) => [name, { city }])
        )
      }).pipe(
        Effect.provide(MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(MistralClient.layer({})))),
        Effect.provide(
          ScriptedHttpClient.layer((_, index) =>
            ScriptedHttpClient.json(index === 0 ? wholeOf(recipe) : response({ content: "Yes." }))
          )
        ),
        Random.withSeed("ids")
      ),
    { arbitrary: { runs: 100 } }
  )
})

/** The type of the body differs between the two. */
const withoutHeaders = (parts: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  parts.map(({ response: _response, ...part }) => part as Json)

/**
 * The content of an assistant message as a list. Texts in a row are one. Whether thinking was closed is left out, since it
 * is over in a request. A piece with the bytes of a file is left out: it is a part of its own, and a prompt's assistant
 * sends no files.
 */
const piecesOf = (message: Message.Message | undefined): ReadonlyArray<unknown> => {
  const content = message?.content ?? []
  const pieces: Array<object> = []
  for (const piece of typeof content === "string" ? [{ type: "text" as const, text: content }] : content) {
    const last = pieces.at(-1) as { readonly type: string; readonly text?: string } | undefined
    if (piece.type === "text") {
      if (last?.type === "text") pieces[pieces.length - 1] = { type: "text", text: `${last.text}${piece.text}` }
      else if (piece.text !== "") pieces.push(piece)
    } else if (piece.type === "thinking") {
      const { closed: _closed, ...rest } = piece
      // Thinking that says nothing has no part.
      if (rest.thinking.length > 0 || rest.signature != null) pieces.push(rest)
    } else if (JSON.stringify(piece).includes("data:")) continue
    else pieces.push(piece)
  }
  return pieces
}
