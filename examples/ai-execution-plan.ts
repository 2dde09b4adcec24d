/**
 * A fallback from a large to a small model with an `ExecutionPlan`, whole and streamed. Without a key, the large model of the
 * emulator has no capacity.
 *
 * Run: npm run example -- ai-execution-plan
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { RetryPolicy } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Console, Effect, ExecutionPlan, Schedule, Stream } from "effect"
import { type AiError, LanguageModel, Model } from "effect/ai"
import { overload } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

/** One retry, so that the small model is asked soon. The client never retries a stream of which something came. */
const retry = RetryPolicy.make({ schedule: Schedule.exponential("200 millis").pipe(Schedule.upTo({ times: 1 })) })

export const Plan = ExecutionPlan.make(
  { provide: MistralLanguageModel.model("mistral-large-latest", { requestOptions: { retry } }) },
  {
    provide: MistralLanguageModel.model("mistral-small-latest"),
    // No other model helps with a wrong key or an invalid request.
    while: (error: AiError.AiError) => error.isRetryable
  }
)

const onEvent = (event: ExecutionPlan.Event<AiError.AiError>) =>
  event._tag === "AttemptFailure"
    ? Console.log(`model ${event.stepIndex + 1} failed: ${Cause.prettyErrors(event.cause)[0]?.message}`)
    : Effect.void

const prompt = "Name a French painter."

const whole = Effect.gen(function*() {
  const { text } = yield* LanguageModel.generateText({ prompt })
  yield* Console.log(`${yield* Model.ModelName}: ${text}`)
}).pipe(Effect.withExecutionPlan(Plan, { onEvent }))

const streamed = LanguageModel.streamText({ prompt }).pipe(
  // After the first part no other model may answer: the reader would get the beginning of one text and then another.
  Stream.withExecutionPlan(Plan, { preventFallbackOnPartialStream: true, onEvent }),
  Stream.map((part) => part.type === "text-delta" ? part.delta : part.type === "finish" ? "\n" : ""),
  Stream.runForEach((text) => Effect.sync(() => process.stdout.write(text)))
)

if (import.meta.main) {
  Effect.andThen(whole, streamed).pipe(Effect.provide(scriptedMistral(overload)), NodeRuntime.runMain)
}
