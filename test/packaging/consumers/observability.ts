/** A search of logged completions, page by page. */
import { ChatCompletionEvents, Filter } from "@effect-mistral/observability"
import { Effect, Layer, Stream } from "effect"
import { ClientLive, print } from "./client.ts"

const program = ChatCompletionEvents.searchAll({
  search_params: { filters: Filter.gt("output_tokens", 0) },
  page_size: 2
}).pipe(Stream.take(3), Stream.runCount, Effect.map((count) => [count]))

print(await Effect.runPromise(Effect.provide(program, ChatCompletionEvents.layer.pipe(Layer.provide(ClientLive)))))
