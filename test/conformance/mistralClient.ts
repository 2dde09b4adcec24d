import type { Mistral } from "@mistralai/mistralai"
import type { ChatCompletionRequest } from "@mistralai/mistralai/models/components"
import { type ClientUnderTest, type Weather, weatherDescription, weatherParameters } from "./clientSuite.ts"

const model = "mistral-small-latest"

const tools = [{
  type: "function" as const,
  function: { name: "get_weather", description: weatherDescription, parameters: weatherParameters }
}]

const responseFormat = {
  type: "json_schema" as const,
  jsonSchema: {
    name: "recipe",
    strict: true,
    schemaDefinition: {
      type: "object",
      properties: { title: { type: "string" }, minutes: { type: "integer", minimum: 5, maximum: 90 } },
      required: ["title", "minutes"],
      additionalProperties: false
    }
  }
}

type Messages = ChatCompletionRequest["messages"]

interface Call {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

/** The parts of Mistral's SDK that its versions since 1 have. */
export type MistralSdk = Pick<Mistral, "chat" | "embeddings">

/** Mistral's SDK of a version since 1 as a client of the suite. */
export const mistralClient = (sdk: MistralSdk): ClientUnderTest => {
  const user = (content: string): Messages => [{ role: "user", content }]

  const ask = async (messages: Messages, more: Partial<ChatCompletionRequest> = {}) => {
    const { choices } = await sdk.chat.complete({ model, messages, ...more })
    const message = choices[0]?.message
    return { content: String(message?.content ?? ""), calls: (message?.toolCalls ?? []).map(toCall) }
  }

  const streamed = async (messages: Messages, more: Partial<ChatCompletionRequest> = {}) => {
    let content = ""
    const calls: Array<Call> = []
    for await (const { data } of await sdk.chat.stream({ model, messages, ...more })) {
      const delta = data.choices[0]?.delta
      content += typeof delta?.content === "string" ? delta.content : ""
      calls.push(...(delta?.toolCalls ?? []).map(toCall))
    }
    return { content, calls }
  }

  const withResults = (question: string, calls: ReadonlyArray<Call>, weather: Weather): Messages => [
    ...user(question),
    { role: "assistant", toolCalls: calls.map((call) => ({ ...call })) },
    ...calls.map((call) => ({
      role: "tool" as const,
      toolCallId: call.id,
      name: call.function.name,
      content: weather(call.function.arguments)
    }))
  ]

  return {
    complete: async (question) => (await ask(user(question))).content,
    stream: async function*(question, signal) {
      const options = signal === undefined ? {} : { fetchOptions: { signal } }
      for await (const { data } of await sdk.chat.stream({ model, messages: user(question) }, options)) {
        yield String(data.choices[0]?.delta.content ?? "")
      }
    },
    tools: async (question, weather) => {
      const { calls } = await ask(user(question), { tools })
      return (await ask(withResults(question, calls, weather), { tools })).content
    },
    streamTools: async (question, weather) => {
      const { calls } = await streamed(user(question), { tools })
      return (await streamed(withResults(question, calls, weather), { tools })).content
    },
    object: async (question) => JSON.parse((await ask(user(question), { responseFormat })).content),
    streamObject: async (question) => JSON.parse((await streamed(user(question), { responseFormat })).content),
    embed: async (texts) =>
      (await sdk.embeddings.create({ model: "mistral-embed", inputs: [...texts] })).data.map((one) =>
        one.embedding ?? []
      ),
    errorOf: (error) => {
      const { body, statusCode } = error as { readonly body: string; readonly statusCode: number }
      return { status: statusCode, message: body }
    }
  }
}

const toCall = (call: {
  readonly id?: string | undefined
  readonly function: { readonly name: string; readonly arguments: unknown }
}): Call => ({
  id: call.id ?? "",
  function: { name: call.function.name, arguments: asText(call.function.arguments) }
})

const asText = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value)
