import { Chunk } from "@effect-mistral/core/Completion"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { apiKey, type Client, messages, touch } from "./Client.ts"

const runtime = ManagedRuntime.make(FetchHttpClient.layer)
const decode = Schema.decodeEffect(Schema.fromJsonString(Chunk))

/** A client with Effect alone: `decodeText`, `Sse.decode`, and the schema decoded for each event. */
export const client: Client = {
  name: "naive-effect",
  validates: "every chunk (Schema)",
  stream: (baseUrl, model, onText) =>
    HttpClientRequest.post(`${baseUrl}/v1/chat/completions`).pipe(
      HttpClientRequest.bearerToken(apiKey),
      HttpClientRequest.bodyJsonUnsafe({ model, messages, stream: true }),
      HttpClient.execute,
      Effect.map((response) => response.stream),
      Stream.unwrap,
      Stream.decodeText(),
      Stream.pipeThroughChannel(Sse.decode()),
      Stream.takeWhile((event) => event.data !== "[DONE]"),
      Stream.mapEffect((event) => decode(event.data)),
      Stream.runForEach((chunk) => Effect.sync(() => touch(chunk as never, onText))),
      runtime.runPromise
    )
}
