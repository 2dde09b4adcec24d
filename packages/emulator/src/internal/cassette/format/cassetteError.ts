import * as Schema from "effect/Schema"

/**
 * A directory or a file of cassettes cannot be used.
 *
 * *Details*: the error names the file, the place in it and the problem. It never repeats content of the file.
 *
 * @category errors
 * @since 0.1.0
 */
export class CassetteError
  extends Schema.TaggedError<CassetteError>("@effect-mistral/emulator/CassetteError")("CassetteError", {
    file: Schema.String,
    place: Schema.optionalKey(Schema.String),
    problem: Schema.String
  })
{
  /**
   * The file, the place and the problem in one sentence.
   *
   * @since 0.1.0
   */
  override get message(): string {
    return `${this.file}${this.place === undefined ? "" : ` at ${this.place}`}: ${this.problem}`
  }
}
