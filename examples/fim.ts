/**
 * Code completion in an editor: the suggestion appears at the cursor while the model writes it.
 *
 * Run: npm run example -- fim
 */
import { Completion } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const document = `export const mean = (values: ReadonlyArray<number>): number => {
  const total = 
}

console.log(mean([1, 2, 3]))
`

/** The offset of the cursor, after the equals sign. */
const cursor = document.indexOf("total = ") + "total = ".length

const write = (text: string) => Effect.sync(() => process.stdout.write(text))

const program = Effect.gen(function*() {
  const { prompt, suffix } = Fim.split(document, cursor)
  yield* write(prompt)
  const suggestion = yield* Fim.stream({
    model: "codestral-latest",
    prompt,
    suffix,
    max_tokens: 64,
    // An editor suggests a few lines, not a file.
    stop: ["\n\n"]
  }).pipe(
    Stream.tap((chunk) => write(Completion.chunkText(chunk))),
    Completion.collect
  )
  yield* write(suffix)
  yield* Console.log(`// ${suggestion.usage?.completion_tokens} tokens suggested by ${suggestion.model}`)
})

program.pipe(
  // For a key of Codestral's own host, use Fim.layerCodestral() in place of Fim.layer and the client.
  Effect.provide(Fim.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
