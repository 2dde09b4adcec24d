import { version } from "@effect-mistral/core/version"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Emulator from "../../Emulator.ts"
import { accessFlags } from "./accessFlags.ts"
import { teardownBySignal } from "./exitCode.ts"
import { layerSentences } from "./flagErrors.ts"
import { checkAgents, modelFlags } from "./modelFlags.ts"
import { paceFlags } from "./paceFlags.ts"
import { proxyFlags, proxyOptions } from "./proxyFlags.ts"
import { responseFlags } from "./responseFlags.ts"
import { layerFollowing } from "./scriptFile.ts"
import { scriptFlag } from "./scriptFlag.ts"
import { serverFlags } from "./serverFlags.ts"
import { startError } from "./startError.ts"
import { layerStartMessage } from "./startMessage.ts"

const flags = {
  ...serverFlags,
  ...paceFlags,
  ...scriptFlag,
  ...modelFlags,
  ...responseFlags,
  ...accessFlags,
  proxy: proxyFlags
}

const emulator = Command.make(
  "effect-mistral-emulator",
  flags,
  Effect.fnUntraced(function*({ proxy, script, timeToFirstToken, tokensPerSecond, ...flags }) {
    yield* checkAgents(flags)
    const options = {
      ...flags,
      script: script?.rules,
      ...(yield* proxyOptions(proxy)),
      tokensPerSecond: tokensPerSecond > 0 ? tokensPerSecond : Infinity,
      timeToFirstToken: timeToFirstToken ?? (tokensPerSecond > 0 ? 30 : 0)
    }
    return yield* Layer.launch(Layer.provide(
      Layer.mergeAll(layerStartMessage(options), layerFollowing(script)),
      Emulator.layer(options)
    ))
  }, Effect.catchTag(["CassetteError", "DatabaseError", "ServeError"], (error) => Effect.fail(startError(error))))
).pipe(
  Command.withDescription("A local Mistral API with deterministic responses"),
  Command.withExamples([
    {
      command: "effect-mistral-emulator --port 8080 --tokens-per-second 0 --verbosity requests",
      description: "Respond at once, and print a line for each request"
    },
    {
      command: "effect-mistral-emulator --script rules.json --strict --cors http://localhost:3000",
      description: "Answer what the rules say and refuse the rest, for pages of a development server too"
    }
  ])
)

/** Reads a command line, and serves as it says until it is interrupted. */
export const runCommand = Command.runWith(emulator, { version })

/** What a command line needs of its platform, and how its problems are printed. */
export const layerCommand = Layer.mergeAll(
  NodeServices.layer,
  layerSentences,
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
)

/** Runs the emulator as a program: reads the command line, starts, and serves until a signal ends it. */
export const runProgram = (): void => {
  const teardown = teardownBySignal()
  runCommand(process.argv.slice(2)).pipe(Effect.provide(layerCommand), NodeRuntime.runMain({ teardown }))
}
