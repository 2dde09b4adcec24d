import type OpenAI from "openai"
import { type ClientUnderTest, type Weather, weatherDescription, weatherParameters } from "./clientSuite.ts"

const model = "mistral-small-latest"

const tools = [{
  type: "function" as const,
  function: { name: "get_weather", description: weatherDescription, parameters: weatherParameters }
}]

const schema = {
  type: "object",
  properties: { title: { type: "string" }, minutes: { type: "integer", minimum: 5, maximum: 90 } },
  required: ["title", "minutes"],
  additionalProperties: false
}

const response_format = { type: "json_schema" as const, json_schema: { name: "recipe", strict: true, schema } }

/** The parts of OpenAI's SDK that all its versions since 4 have. */
export type OpenAISdk = Pick<OpenAI, "chat" | "embeddings">

/** OpenAI's SDK as a client of the suite. Streams are put together by hand, as all versions can. */
export const openaiClient = (sdk: OpenAISdk): ClientUnderTest => {
  const ask = (messages: Array<OpenAI.ChatCompletionMessageParam>, more = {}) =>
    sdk.chat.completions.create({ model, messages, ...more })

  const streamed = async (messages: Array<OpenAI.ChatCompletionMessageParam>, more = {}) => {
    const chunks = await sdk.chat.completions.create({ model, messages, stream: true, ...more })
    let content = ""
    const calls = new Map<number, { id: string; name: string; arguments: string }>()
    for await (const { choices: [choice] } of chunks) {
      content += choice?.delta.content ?? ""
      for (const [at, call] of (choice?.delta.tool_calls ?? []).entries()) {
        // Mistral's own models leave the index out where each call is whole.
        const index = call.index ?? at
        const before = calls.get(index) ?? { id: "", name: "", arguments: "" }
        calls.set(index, {
          id: call.id ?? before.id,
          name: before.name + (call.function?.name ?? ""),
          arguments: before.arguments + (call.function?.arguments ?? "")
        })
      }
    }
    return { content, calls: [...calls.values()] }
  }

  const withResults = (
    question: string,
    calls: ReadonlyArray<{ readonly id: string; readonly name: string; readonly arguments: string }>,
    weather: Weather
  ): Array<OpenAI.ChatCompletionMessageParam> => [
    { role: "user", content: question },
    {
      role: "assistant",
      content: "",
      tool_calls: calls.map(({ id, ...call }) => ({ id, type: "function", function: call }))
    },
    ...calls.map((call) => ({ role: "tool" as const, tool_call_id: call.id, content: weather(call.arguments) }))
  ]

  return {
    complete: async (question) => (await ask([{ role: "user", content: question }])).choices[0]?.message.content ?? "",
    stream: async function*(question, signal) {
      const chunks = await sdk.chat.completions.create(
        { model, messages: [{ role: "user", content: question }], stream: true },
        { signal }
      )
      for await (const { choices } of chunks) yield choices[0]?.delta.content ?? ""
    },
    tools: async (question, weather) => {
      const first = await ask([{ role: "user", content: question }], { tools })
      const calls = (first.choices[0]?.message.tool_calls ?? []).flatMap((call) =>
        "function" in call ? [{ id: call.id, ...call.function }] : []
      )
      return (await ask(withResults(question, calls, weather), { tools })).choices[0]?.message.content ?? ""
    },
    streamTools: async (question, weather) => {
      const { calls } = await streamed([{ role: "user", content: question }], { tools })
      return (await streamed(withResults(question, calls, weather), { tools })).content
    },
    object: async (question) =>
      JSON.parse(
        (await ask([{ role: "user", content: question }], { response_format })).choices[0]?.message.content ?? ""
      ),
    streamObject: async (question) =>
      JSON.parse((await streamed([{ role: "user", content: question }], { response_format })).content),
    embed: async (texts) =>
      (await sdk.embeddings.create({ model: "mistral-embed", input: [...texts] })).data.map((one) => one.embedding),
    errorOf: (error) => {
      const { message, status } = error as { readonly message: string; readonly status: number }
      return { status, message }
    }
  }
}
