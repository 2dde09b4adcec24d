/**
 * A chat on the command line. The prompt is the argument or standard input, and the answer is written to standard output
 * token by token. A failure is one line on standard error and the exit code 1. Ctrl-C ends the request, with exit code 130.
 *
 * Run: npm run example -- cli "Who painted the Water Lilies?"
 *      echo "Who painted the Water Lilies?" | npm run -s example -- cli --json
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message } from "@effect-mistral/core"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option, Stdio, Stream } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { MistralLive } from "./shared/mistral.ts"

const chat = Command.make(
  "chat",
  {
    prompt: Argument.String("prompt").pipe(
      Argument.withDescription("The question; read from standard input if it is left out"),
      Argument.optional
    ),
    model: Flag.String("model").pipe(
      Flag.withDescription("The model that answers"),
      Flag.withDefault("mistral-small-latest")
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the whole response as JSON"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ json, model, prompt }) {
    const { stdin, stdout } = yield* Stdio.Stdio
    const content = Option.isSome(prompt) ? prompt.value : yield* Stream.mkString(Stream.decodeText(stdin))
    const request = { model, messages: [Message.user(content)] }
    if (json) return yield* Console.log(JSON.stringify(yield* Chat.complete(request)))
    yield* Chat.stream(request).pipe(
      Stream.map(Completion.chunkText),
      Stream.concat(Stream.succeed("\n")),
      Stream.run(stdout())
    )
  })
).pipe(
  Command.withDescription("Ask a model of Mistral"),
  // Only where a model is asked, so that `--help` needs no key.
  Command.provide(Chat.layer.pipe(Layer.provide(MistralLive)))
)

const program = Command.run(chat, { version: "1.0.0" }).pipe(
  // Help and errors of the arguments have been printed.
  Effect.catchIf((error) => !CliError.isCliError(error), ({ message }) =>
    Effect.andThen(
      Console.error(`chat: ${message.replaceAll(/\s+/g, " ")}`),
      Effect.sync(() => {
        process.exitCode = 1
      })
    ))
)

program.pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
