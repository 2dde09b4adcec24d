import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const Chunk = Schema.Struct({
  id: Schema.String,
  choices: Schema.Array(Schema.Struct({ delta: Schema.Struct({ content: Schema.optional(Schema.String) }) }))
})
const decode = Schema.decodeEffect(Schema.fromJsonString(Chunk))

HttpClientRequest.post("https://api.mistral.ai/v1/chat/completions").pipe(
  HttpClientRequest.bearerToken("key"),
  HttpClientRequest.bodyJsonUnsafe({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: "Hi" }],
    stream: true
  }),
  HttpClient.execute,
  Effect.map((response) => response.stream),
  Stream.unwrap,
  Stream.decodeText(),
  Stream.pipeThroughChannel(Sse.decode()),
  Stream.takeWhile((event) => event.data !== "[DONE]"),
  Stream.mapEffect((event) => decode(event.data)),
  Stream.runForEach((chunk) => Effect.sync(() => console.log(chunk.choices[0]?.delta.content))),
  Effect.provide(FetchHttpClient.layer),
  Effect.runPromise
)
