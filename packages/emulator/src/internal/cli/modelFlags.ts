import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { isInCatalog } from "../models/modelList.ts"
import { repeated, toggle } from "./describedFlag.ts"

/** Parses `NAME=OTHER`, and `NAME` alone where there is a default for `OTHER`. */
const pair = (text: string, usual: string | undefined): readonly [name: string, other: string] | undefined => {
  const at = text.indexOf("=")
  const name = at === -1 ? text : text.slice(0, at)
  const other = at === -1 ? usual : text.slice(at + 1)
  return name === "" || other === undefined || other === "" ? undefined : [name, other]
}

/** Parses the values of a flag that may be repeated; the last value of a name counts. */
const pairs = (flag: string, expected: string, usual: string | undefined, isValid: (other: string) => boolean) =>
(
  values: ReadonlyArray<string>
): Effect.Effect<Readonly<Record<string, string>>, CliError.InvalidValue> =>
  Effect.map(
    Effect.forEach(values, (value) => {
      const parsed = pair(value, usual)
      return parsed !== undefined && isValid(parsed[1])
        ? Effect.succeed(parsed)
        : Effect.fail(new CliError.InvalidValue({ option: flag, value, expected, kind: "flag" }))
    }),
    Object.fromEntries
  )

/** The flags for models and agents. */
export const modelFlags = {
  models: Flag.String("model").pipe(
    repeated("A further model, NAME or NAME=LIKE, where LIKE is a model of the emulator (default: none)"),
    Flag.mapEffect(
      pairs("model", "NAME or NAME=LIKE, with a model of the emulator as LIKE", "mistral-small-latest", isInCatalog)
    )
  ),
  anyModel: toggle("any-model", "Whether every name of a model is accepted", false),
  agents: Flag.String("agent").pipe(
    repeated("An agent and its model, ID=MODEL (default: ag_emulator=mistral-medium-latest)"),
    Flag.mapEffect(pairs("agent", "ID=MODEL", undefined, () => true)),
    // Without agents of its own, an emulator has its usual one.
    Flag.map((agents) => Object.keys(agents).length === 0 ? undefined : agents)
  )
}

/** Checks that the models of the agents are models of the emulator. */
export const checkAgents = (flags: {
  readonly models: Readonly<Record<string, string>>
  readonly anyModel: boolean
  readonly agents: Readonly<Record<string, string>> | undefined
}): Effect.Effect<void, CliError.UserError> => {
  const wrong = Object.entries(flags.agents ?? {}).find(
    ([, model]) => !flags.anyModel && !isInCatalog(model) && !Object.hasOwn(flags.models, model)
  )
  return wrong === undefined
    ? Effect.void
    : Effect.fail(
      new CliError.UserError({
        cause: `--agent ${wrong.join("=")}: the emulator has no model ${wrong[1]}; add it with --model ${wrong[1]}`
      })
    )
}
