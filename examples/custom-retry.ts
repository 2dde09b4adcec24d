/**
 * Sets a retry policy for a service and for one call. The server is a script that fails twice.
 *
 * Run: npm run example -- custom-retry
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Duration, Effect, Layer, Schedule } from "effect"

const policy = RetryPolicy.make({
  // An exponential backoff with three retries, 100, 200 and 400 ms apart, and a line for each.
  schedule: Schedule.exponential("100 millis").pipe(
    Schedule.upTo({ times: 3 }),
    Schedule.tap(({ attempt, duration }) =>
      Console.log(`attempt ${attempt} failed, the next one in ${Duration.toMillis(duration)} ms`)
    )
  ),
  // Fails at once if the server requests a delay of more than five seconds (`Retry-After`).
  maxRetryAfter: "5 seconds"
})

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hello" }] }

const program = Effect.gen(function*() {
  yield* Console.log(Completion.text(yield* Chat.complete(request)))

  const error = yield* Effect.flip(Chat.complete(request, { retry: RetryPolicy.none }))
  yield* Console.log(`without retries: ${error.message}`)
})

const unavailable = ScriptedHttpClient.json({ message: "Service unavailable" }, { status: 503 })

const ScriptedLive = Chat.layerOptions({ retry: policy }).pipe(
  Layer.provide(MistralClient.layer({})),
  Layer.provide(ScriptedHttpClient.layer([
    unavailable,
    unavailable,
    ScriptedHttpClient.json(TestCompletion.response("Hello at last.")),
    unavailable
  ]))
)

program.pipe(Effect.provide(ScriptedLive), NodeRuntime.runMain)
