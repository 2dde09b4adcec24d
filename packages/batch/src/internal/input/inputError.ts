import * as MistralError from "@effect-mistral/core/MistralError"
import * as Schema from "effect/Schema"

/**
 * The schema of a line that is not valid.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Problem = Schema.Struct({
  line: Schema.Int,
  custom_id: Schema.NullOr(Schema.String),
  issues: Schema.Array(MistralError.Issue),
  duplicateOf: Schema.optional(Schema.Int)
})

/**
 * A line that is not valid: its number, its `custom_id` (`null` where it is not a text), and the places that are wrong.
 *
 * *Details*: `line` counts from 1. The paths of `issues` are those of the request, and `["custom_id"]`. They name places and
 * kinds, never a value. `duplicateOf` is the line that has the same `custom_id` and comes first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem extends Schema.Schema.Type<typeof Problem> {}

/**
 * Some requests are not valid. Nothing was uploaded.
 *
 * *Details*: all requests were checked. `problems` are the first 20, `count` is the number of the requests that are not valid,
 * `requests` that of all.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>("@effect-mistral/batch/BatchInput/InvalidInput")(
  "InvalidInput",
  { problems: Schema.Array(Problem), count: Schema.Int, requests: Schema.Int }
) {
  override get message() {
    const shown = this.problems.slice(0, shownProblems).map(describe)
    const others = this.count - shown.length
    return `${this.count} of ${this.requests} requests ${this.count === 1 ? "is" : "are"} not valid; ${
      [...shown, ...(others > 0 ? [`and ${others} more`] : [])].join("; ")
    }`
  }
}

/**
 * There are no requests. A file without lines is no input of a job.
 *
 * @category errors
 * @since 0.1.0
 */
export class EmptyInput extends Schema.TaggedError<EmptyInput>("@effect-mistral/batch/BatchInput/EmptyInput")(
  "EmptyInput",
  {}
) {
  override get message() {
    return "there are no requests"
  }
}

/**
 * The requests have changed since they were checked, or their source runs only once.
 *
 * *Details*: `files` runs the source once to check it, and again to send it. The lines `firstLine` to `lastLine` are those of
 * the file that could not be sent. `change` says what was found: the source had ended before `lastLine` (`ended`), had further
 * requests after the last one (`continued`), or had other requests in these lines (`differs`).
 *
 * @category errors
 * @since 0.1.0
 */
export class ChangedInput extends Schema.TaggedError<ChangedInput>("@effect-mistral/batch/BatchInput/ChangedInput")(
  "ChangedInput",
  {
    change: Schema.Literals(["ended", "continued", "differs"]),
    firstLine: Schema.Int,
    lastLine: Schema.Int
  }
) {
  override get message() {
    const found = {
      ended: `the source ended before line ${this.lastLine}`,
      continued: `the source has more than ${this.lastLine} requests`,
      differs: `lines ${this.firstLine} to ${this.lastLine} differ`
    }
    return `the requests have changed since they were checked: ${found[this.change]}. ` +
      "The source must give the same requests each time it runs. Use filesOnDisk for a source that runs once."
  }
}

const shownProblems = 5
const shownIssues = 3
const longestId = 64

const describe = ({ custom_id, issues, line }: Problem): string => {
  const id = custom_id === null || custom_id === ""
    ? ""
    : ` (custom_id ${JSON.stringify(custom_id.length > longestId ? `${custom_id.slice(0, longestId)}...` : custom_id)})`
  const shown = issues.slice(0, shownIssues).map(({ message, path }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  )
  const others = issues.length > shownIssues ? [`and ${issues.length - shownIssues} more issues`] : []
  return `line ${line}${id}: ${[...shown, ...others].join(", ")}`
}
