import * as MistralError from "@effect-mistral/core/MistralError"
import * as Schema from "effect/Schema"

/**
 * A line is no item of the batch: it is not JSON, or does not fit the item schema. `line` is its number, from 1.
 *
 * *Details*: `issues` name places of the line, and hold no values.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidLine extends Schema.TaggedError<InvalidLine>("@effect-mistral/batch/BatchLines/InvalidLine")(
  "InvalidLine",
  { line: Schema.Int, issues: Schema.Array(MistralError.Issue) }
) {
  override get message(): string {
    const issues = this.issues.map(({ message, path }) => `${path.join(".") || "the line"}: ${message}`)
    return `line ${this.line} is no item of the batch: ${issues.join("; ")}`
  }
}
