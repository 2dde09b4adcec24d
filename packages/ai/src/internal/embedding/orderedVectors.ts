import * as Embedding from "@effect-mistral/core/Embedding"
import type { Issue } from "@effect-mistral/core/MistralErrorReason"
import * as Result from "effect/Result"

/**
 * The vectors of a response in the order of the texts of its request, or the places that make the order or a vector
 * unsure: an index that is no position of a text or that came before, a number that is not finite.
 *
 * An embedding without an index has its position in the response. The number of embeddings must be that of the texts.
 */
export const orderedVectors = (
  { data }: Pick<Embedding.Response, "data">,
  request: Pick<Embedding.Request, "output_dtype">
): Result.Result<Array<Array<number>>, ReadonlyArray<Issue>> => {
  const ordered: Array<Embedding.Embedding> = []
  const issues: Array<Issue> = []
  data.forEach((embedding, position) => {
    const at = embedding.index ?? position
    if (at < 0 || at >= data.length) {
      issues.push({ path: ["data", position, "index"], message: `Expected a position of one of ${data.length} texts` })
    } else if (ordered[at] !== undefined) {
      issues.push({ path: ["data", position, "index"], message: `The index ${at} came twice` })
    } else ordered[at] = embedding
  })
  if (issues.length > 0) return Result.fail(issues)
  // They are in the order of their indexes, where they have one, so that `vectors` keeps it.
  const vectors = Embedding.vectors({ data: ordered }, request).map((vector) => [...vector])
  vectors.forEach((vector, text) => {
    if (!vector.every(Number.isFinite)) {
      issues.push({ path: ["data", text, "embedding"], message: "Expected finite numbers" })
    }
  })
  return issues.length > 0 ? Result.fail(issues) : Result.succeed(vectors)
}
