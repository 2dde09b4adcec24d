import { createMistral } from "@ai-sdk/mistral"
import { streamText } from "ai"

const { textStream } = streamText({ model: createMistral({ apiKey: "key" })("mistral-small-latest"), prompt: "Hi" })
for await (const text of textStream) console.log(text)
