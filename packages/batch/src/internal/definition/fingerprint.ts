import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"
import type { Fingerprint } from "./definition.ts"

/** The fingerprint of a definition: its texts, and hashes of the JSON Schemas of items and answers. */
export const makeFingerprint = (
  { method, path }: Pick<Endpoint<never, never>, "method" | "path">,
  { answer, item, name, version = "1" }: {
    readonly name: string
    readonly version?: string | undefined
    readonly item: Schema.Constraint
    readonly answer: Schema.Constraint
  }
): Fingerprint => ({
  name,
  version,
  endpoint: `${method} ${path}`,
  item: schemaHash(item),
  answer: schemaHash(answer)
})

/** The order of keys counts: a model writes the keys of an object in the order of its schema. */
const schemaHash = (schema: Schema.Constraint): string =>
  (Hash.string(JSON.stringify(Schema.toJsonSchemaDocument(schema))) >>> 0).toString(16)
