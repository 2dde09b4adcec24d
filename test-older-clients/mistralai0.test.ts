/** Mistral's own SDK of the versions 0: no schemas, and arguments of calls as they are on the wire. */
import { createRequire } from "node:module"
import {
  type ClientUnderTest,
  testClient,
  type Weather,
  weatherDescription,
  weatherParameters
} from "../test/conformance/clientSuite.ts"

const model = "mistral-small-latest"

const tools = [{
  type: "function" as const,
  function: { name: "get_weather", description: weatherDescription, parameters: weatherParameters }
}]

interface Call {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

/** The parts of the SDK that are used. */
interface Sdk {
  readonly chat: (request: object, options?: object) => Promise<{
    readonly choices: ReadonlyArray<
      { readonly message: { readonly content: string; readonly tool_calls?: Array<Call> } }
    >
  }>
  readonly chatStream: (request: object, options?: object) => AsyncIterable<{
    readonly choices: ReadonlyArray<
      { readonly delta: { readonly content?: string; readonly tool_calls?: Array<Call> } }
    >
  }>
  readonly embeddings: (
    request: object
  ) => Promise<{ readonly data: ReadonlyArray<{ readonly embedding: Array<number> }> }>
}

// An import would bring the types of the package, which declare a module of another name: `@mistralai/mistralai`.
const { default: Client }: {
  readonly default: new(apiKey: string, endpoint: string, attempts: number) => Sdk
} = createRequire(import.meta.url)("mistralai-0")

const client = (sdk: Sdk): ClientUnderTest => {
  const user = (content: string) => [{ role: "user", content }]
  const ask = async (messages: ReadonlyArray<object>, more = {}) =>
    (await sdk.chat({ model, messages, ...more })).choices[0]!.message
  const streamed = async (messages: ReadonlyArray<object>, more = {}) => {
    let content = ""
    const calls: Array<Call> = []
    for await (const { choices } of sdk.chatStream({ model, messages, ...more })) {
      content += choices[0]?.delta.content ?? ""
      calls.push(...choices[0]?.delta.tool_calls ?? [])
    }
    return { content, calls }
  }
  const withResults = (question: string, calls: ReadonlyArray<Call>, weather: Weather) => [
    ...user(question),
    { role: "assistant", content: "", tool_calls: calls },
    ...calls.map((call) => ({
      role: "tool",
      name: call.function.name,
      tool_call_id: call.id,
      content: weather(call.function.arguments)
    }))
  ]
  return {
    complete: async (question) => (await ask(user(question))).content,
    stream: async function*(question, signal) {
      const chunks = sdk.chatStream({ model, messages: user(question) }, signal === undefined ? {} : { signal })
      for await (const { choices } of chunks) yield choices[0]?.delta.content ?? ""
    },
    tools: async (question, weather) => {
      const { tool_calls = [] } = await ask(user(question), { tools })
      return (await ask(withResults(question, tool_calls, weather), { tools })).content
    },
    streamTools: async (question, weather) => {
      const { calls } = await streamed(user(question), { tools })
      return (await streamed(withResults(question, calls, weather), { tools })).content
    },
    embed: async (texts) =>
      (await sdk.embeddings({ model: "mistral-embed", input: [...texts] })).data.map(({ embedding }) => embedding),
    errorOf: (error) => {
      const { message } = error as Error
      const [, status] = /status: (\d+)/.exec(message) ?? []
      return { status: Number(status), message }
    }
  }
}

testClient(
  "@mistralai/mistralai 0",
  (url, apiKey) => {
    return client(new Client(apiKey, url, 1))
  },
  // It says "Max retries reached" after 429 and 5xx, and nothing of the response.
  {
    statuses: [402],
    lacks: { object: "it knows no schemas", streamObject: "it knows no schemas" }
  }
)
