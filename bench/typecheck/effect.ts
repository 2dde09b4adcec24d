/** What a program of Effect imports, without this library. */
import { Console, Context, Effect, Layer, Schema, Stream } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int, works: Schema.Array(Schema.String) })

class Painters extends Context.Service<Painters, {
  readonly first: Effect.Effect<typeof Painter.Type, unknown>
}>()("Painters") {}

const PaintersLive = Layer.effect(
  Painters,
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    return {
      first: client.get("http://localhost/painters").pipe(
        Effect.flatMap((response) => response.json),
        Effect.flatMap(Schema.decodeUnknownEffect(Painter))
      )
    }
  })
).pipe(Layer.provide(FetchHttpClient.layer))

const program = Effect.gen(function*() {
  const { first } = yield* Painters
  yield* Stream.runForEach(Stream.fromIterable((yield* first).works), Console.log)
})

await Effect.runPromise(Effect.provide(program, PaintersLive))
