import { MistralCore } from "@mistralai/mistralai/core.js"
import { chatStream } from "@mistralai/mistralai/funcs/chatStream.js"

const result = await chatStream(new MistralCore({ apiKey: "key" }), {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }]
})
if (!result.ok) throw result.error
for await (const { data } of result.value) console.log(data.choices[0]?.delta.content)
