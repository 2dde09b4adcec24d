import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { readScriptFile } from "./scriptFile.ts"

/** The flag for a file with scripted responses, which is read and checked at the start, and again when it changes. */
export const scriptFlag = {
  script: Flag.String("script").pipe(
    Flag.withDescription("A JSON file with scripted responses, read again when it changes (default: none)"),
    Flag.mapEffect((path) =>
      Effect.mapError(
        readScriptFile(path),
        (error) =>
          new CliError.InvalidValue({
            option: "script",
            value: "the content of the file",
            expected: error.message,
            kind: "flag"
          })
      )
    ),
    Flag.withDefault(undefined)
  )
}
