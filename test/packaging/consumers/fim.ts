/** A completion in the middle of a document. */
import { Completion } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { Effect, Layer } from "effect"
import { ClientLive, print } from "./client.ts"

const document = "def add(a, b):\n    \n\nprint(add(1, 2))\n"

const program = Completion.collect(Fim.stream({
  model: "codestral-latest",
  ...Fim.split(document, document.indexOf("\n\n")),
  max_tokens: 8
})).pipe(Effect.map((response) => [Completion.text(response).length > 0]))

print(await Effect.runPromise(Effect.provide(program, Fim.layer.pipe(Layer.provide(ClientLive)))))
