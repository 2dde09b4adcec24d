import type * as Embedding from "../../Embedding.ts"
import type * as Moderation from "../../Moderation.ts"
import { type Body, type Converted, known, refused } from "./completionBody.ts"

/** Converts the body of an embedding request to OpenAI's dialect, which has floats only. */
export const toEmbeddingsBody = (body: Body): Converted => {
  // The cast is safe: the request was validated against its schema.
  const { metadata, output_dimension, output_dtype, ...rest } = body as Partial<Embedding.Request>
  const issues = refused({ metadata, output_dtype: output_dtype === "float" ? null : output_dtype })
  return issues.length > 0 ? { issues } : { body: { ...rest, ...known({ dimensions: output_dimension }) } }
}

/** Converts the body of a moderation request to OpenAI's dialect. */
export const toModerationsBody = (body: Body): Converted => {
  // The cast is safe: the request was validated against its schema.
  const { metadata, ...rest } = body as Partial<Moderation.Request>
  const issues = refused({ metadata })
  return issues.length > 0 ? { issues } : { body: rest }
}
