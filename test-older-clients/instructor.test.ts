/** instructor over OpenAI's SDK: it reads objects from tool calls, and from JSON that its system message asks for. */
import { Emulator, type Script } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import Instructor from "@instructor-ai/instructor"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import OpenAI, { UnprocessableEntityError } from "openai"
import { z } from "zod"

const Recipe = z.object({ title: z.string(), minutes: z.number().int().min(5).max(90) })

/** The emulator does not read the schema in the system message, as a model does. */
const script: Script.Script = [
  { when: { text: "A recipe as JSON" }, answer: { text: "{\"title\":\"Bread\",\"minutes\":45}" } },
  { when: { text: "A recipe in a fence" }, answer: { text: "```json\n{\"title\":\"Bread\",\"minutes\":45}\n```" } }
]

const extract = (mode: "TOOLS" | "JSON" | "MD_JSON" | "JSON_SCHEMA", question: string) =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(() => {
      const client = new OpenAI({ apiKey: Redacted.value(apiKey), baseURL: `${url}/v1`, maxRetries: 0 })
      return Instructor({ client, mode, logger: () => {} }).chat.completions.create({
        model: "mistral-small-latest",
        messages: [{ role: "user", content: question }],
        response_model: { schema: Recipe, name: "Recipe" }
      }).then((value) => ({ value }), (error: unknown) => ({ error }))
    }))

layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script }), { excludeTestServices: true })(
  "@instructor-ai/instructor",
  (it) => {
    it.effect("extracts an object from the arguments of the chosen tool", () =>
      Effect.gen(function*() {
        const found = yield* extract("TOOLS", "A recipe")
        assert.isTrue("value" in found && Recipe.safeParse(found.value).success)
      }))

    for (const [mode, question] of [["JSON", "A recipe as JSON"], ["MD_JSON", "A recipe in a fence"]] as const) {
      it.effect(`extracts an object from the text in the mode ${mode}`, () =>
        Effect.gen(function*() {
          const found = yield* extract(mode, question)
          assert.deepStrictEqual("value" in found ? Recipe.parse(found.value) : found, { title: "Bread", minutes: 45 })
        }))
    }

    it.effect("is refused in the mode JSON_SCHEMA, whose key `schema` of the response format only other servers know", () =>
      Effect.gen(function*() {
        const found = yield* extract("JSON_SCHEMA", "A recipe")
        assert.instanceOf("error" in found ? found.error : undefined, UnprocessableEntityError)
      }))
  }
)
