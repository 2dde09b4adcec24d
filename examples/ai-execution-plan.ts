/**
 * A fallback from a large to a small model with an `ExecutionPlan`, whole and streamed. Without a key, the large model of the
 * emulator has no capacity.
 *
 * Run: npm run example -- examples/ai-execution-plan.ts
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { RetryPolicy } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, ExecutionPlan, Schedule, Stream } from "effect"
import { type AiError, LanguageModel, Model } from "effect/ai"
import { overload } from "./aiScripts.ts"
import { scriptedMistral } from "./mistral.ts"

const mayPass = (error: AiError.AiError) => error.isRetryable

export const Plan = ExecutionPlan.make(
  {
    // The plan counts the attempts here, so the client makes none of its own.
    provide: MistralLanguageModel.model("mistral-large-latest", { requestOptions: { retry: RetryPolicy.none } }),
    attempts: 2,
    schedule: Schedule.exponential("100 millis"),
    while: mayPass
  },
  // No `attempts`: the client retries by its own policy, as always.
  { provide: MistralLanguageModel.model("mistral-small-latest"), while: mayPass }
)

const onEvent = (event: ExecutionPlan.Event<AiError.AiError>) =>
  event._tag === "AttemptFailure" ? Console.log(`attempt ${event.attempt} failed`) : Effect.void

const prompt = "Name a French painter."

const whole = Effect.gen(function*() {
  const { text } = yield* LanguageModel.generateText({ prompt })
  yield* Console.log(`${yield* Model.ModelName}: ${text}`)
}).pipe(Effect.withExecutionPlan(Plan, { onEvent }))

const streamed = LanguageModel.streamText({ prompt }).pipe(
  // After the first part no other model may answer: the reader would get the beginning of one text and then another.
  Stream.withExecutionPlan(Plan, { preventFallbackOnPartialStream: true, onEvent }),
  Stream.runForEach((part) => part.type === "text-delta" ? Console.log(part.delta) : Effect.void)
)

if (import.meta.main) {
  Effect.andThen(whole, streamed).pipe(Effect.provide(scriptedMistral(overload)), NodeRuntime.runMain)
}
