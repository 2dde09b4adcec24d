import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Script from "../../Script.ts"

/** The flag for a file with scripted responses, which is read and checked at the start. */
export const scriptFlag = {
  script: Flag.FileParse("script", { format: "json" }).pipe(
    Flag.withDescription("A JSON file with scripted responses (default: none)"),
    Flag.mapEffect((value) =>
      Effect.mapError(
        Script.fromUnknown(value),
        (error) =>
          new CliError.InvalidValue({
            option: "script",
            value: "the content of the file",
            expected: `The rules are not valid: ${error.message}`,
            kind: "flag"
          })
      )
    ),
    Flag.withDefault([])
  )
}
