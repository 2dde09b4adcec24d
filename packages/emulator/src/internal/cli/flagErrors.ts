import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"
import * as Layer from "effect/Layer"

/**
 * The sentence for a command line that is not valid. It has no value of a flag, because that may be a key which was typed
 * at the wrong place.
 */
export const flagProblem = (error: CliError.CliError): string => {
  switch (error._tag) {
    case "UnrecognizedOption": {
      const [nearest] = error.suggestions
      return `There is no flag ${nameOf(error.option)}; ${
        nearest === undefined ? "--help lists all flags" : `did you mean ${nameOf(nearest)}?`
      }`
    }
    case "InvalidValue":
      return neededBy(error)
    case "UnexpectedArgument":
      return "The command line has a word that is neither a flag nor the value of one; --help lists all flags"
    default:
      return error.message
  }
}

/** The name of a flag, without a value that was written into the same word. */
const nameOf = (option: string): string => option.replace(/=.*$/s, "")

/** What is wrong with the value of a flag, without the value. */
const neededBy = ({ expected, option, value }: CliError.InvalidValue): string => {
  // A sentence of its own, such as that a file does not exist.
  if (/^[A-Z](?!xpected)/.test(expected)) return `--${option}: ${expected.replaceAll(/\s*\n\s*/g, " ")}`
  const needed = expected.replace(/^Expected:? */, "")
  const choices = needed.split(" | ")
  return `--${option} needs ${
    choices.length > 1
      ? `one of ${choices.map((choice) => choice.replaceAll("\"", "")).join(", ")}`
      : value === ""
      ? `a value: ${needed}`
      : needed
  }`
}

/** Prints a sentence for each problem of the command line, and not the help. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(event.errors.map(flagProblem).join("\n"))
      : CliOutput.defaultPresenter.present(event)
}

/** Prints what is wrong in one sentence each: flags that are not valid, and a start that failed. */
export const layerSentences = Layer.mergeAll(
  CliOutput.layerPresenter(presenter),
  CliOutput.layer({ ...CliOutput.defaultFormatter(), formatError: ({ message }) => message })
)
