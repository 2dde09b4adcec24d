/** LangChain with its Mistral models, which use Mistral's SDK. */
import { AIMessageChunk, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages"
import { tool } from "@langchain/core/tools"
import { ChatMistralAI, MistralAIEmbeddings } from "@langchain/mistralai"
import { z } from "zod"
import { type ClientUnderTest, testClient, weatherDescription } from "./clientSuite.ts"

const weatherTool = tool(async () => "", {
  name: "get_weather",
  description: weatherDescription,
  schema: z.object({ city: z.string(), days: z.int().min(1).max(7) })
})

const Recipe = z.object({ title: z.string(), minutes: z.int().min(5).max(90) })

const client = (serverURL: string, apiKey: string): ClientUnderTest => {
  const model = new ChatMistralAI({ apiKey, serverURL, model: "mistral-small-latest", maxRetries: 0 })
  const withTools = model.bindTools([weatherTool])

  const whole = (messages: Array<BaseMessage>): Promise<AIMessageChunk> => withTools.invoke(messages)

  const streamed = async (messages: Array<BaseMessage>): Promise<AIMessageChunk> => {
    let all: AIMessageChunk = new AIMessageChunk("")
    for await (const chunk of await withTools.stream(messages)) all = all.concat(chunk)
    return all
  }

  const run = (ask: typeof whole): ClientUnderTest["tools"] => async (question, weather) => {
    const messages: Array<BaseMessage> = [new HumanMessage(question)]
    const first = await ask(messages)
    const results = (first.tool_calls ?? []).map((call) =>
      new ToolMessage({
        tool_call_id: call.id ?? "",
        name: call.name,
        content: weather(JSON.stringify(call.args))
      })
    )
    return (await ask([...messages, first, ...results])).text
  }

  return {
    complete: async (question) => (await model.invoke(question)).text,
    stream: async function*(question, signal) {
      for await (const chunk of await model.stream(question, signal === undefined ? {} : { signal })) yield chunk.text
    },
    tools: run(whole)!,
    streamTools: run(streamed)!,
    object: (question) => model.withStructuredOutput(Recipe, { name: "recipe" }).invoke(question),
    embed: (texts) => new MistralAIEmbeddings({ apiKey, serverURL, maxRetries: 0 }).embedDocuments([...texts]),
    errorOf: (error) => {
      const { body, message, statusCode } = error as Error & { readonly body?: string; readonly statusCode?: number }
      return { status: statusCode, message: body ?? message }
    }
  }
}

testClient("@langchain/mistralai", client, { lacks: { streamObject: "it has no streamed objects" } })
