import type * as Completion from "../../CompletionSchema.ts"
import { CompletionBuilder } from "./completionBuilder.ts"

/**
 * The state between two chunks. It looks immutable, but the builder, which is changed in place, passes from an accumulator
 * to the next one, so that `append` costs only as much as its chunk. An accumulator whose builder has moved on builds a new
 * one from its chunks, where it is needed.
 */
export class Accumulator {
  readonly #previous: Accumulator | undefined
  readonly #chunk: Completion.Chunk | undefined
  #builder: CompletionBuilder | undefined

  constructor(previous?: Accumulator, chunk?: Completion.Chunk, builder?: CompletionBuilder) {
    this.#previous = previous
    this.#chunk = chunk
    this.#builder = builder
  }

  append(chunk: Completion.Chunk): Accumulator {
    const builder = Accumulator.#builderOf(this)
    this.#builder = undefined
    return new Accumulator(this, chunk, builder.add(chunk))
  }

  toResponse(): Completion.Response {
    return (this.#builder = Accumulator.#builderOf(this)).build()
  }

  static #builderOf(accumulator: Accumulator): CompletionBuilder {
    if (accumulator.#builder !== undefined) return accumulator.#builder
    const chunks: Array<Completion.Chunk> = []
    for (let one: Accumulator | undefined = accumulator; one !== undefined; one = one.#previous) {
      if (one.#chunk !== undefined) chunks.push(one.#chunk)
    }
    return chunks.reduceRight((builder, chunk) => builder.add(chunk), new CompletionBuilder())
  }
}
