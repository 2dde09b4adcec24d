import { EventSourceParserStream } from "eventsource-parser/stream"

const response = await fetch("https://api.mistral.ai/v1/chat/completions", {
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer key" },
  body: JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }], stream: true })
})
const reader = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  .getReader()
for (let next = await reader.read(); !next.done; next = await reader.read()) {
  if (next.value.data !== "[DONE]") console.log(JSON.parse(next.value.data).choices[0].delta.content)
}
