/**
 * Runs a campaign: a stored judge evaluates the events of a filter in the background. The program polls until the campaign
 * is done, prints its scores, and deletes the campaign and the judge.
 *
 * Run: npm run example -- campaign
 */
import { Campaigns, Filter, Judges } from "@effect-mistral/observability"
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Effect, Layer, Schedule, Stream } from "effect"
import { MistralWithEventsLive } from "./shared/mistral.ts"
import { withElapsedTime } from "./shared/progress.ts"

const program = Effect.gen(function*() {
  const judge = yield* Effect.acquireRelease(
    Judges.create({
      name: `Usefulness ${yield* Clock.currentTimeMillis}`,
      description: "How useful an answer about passwords is",
      model_name: "mistral-medium-latest",
      output: { type: "REGRESSION", min: 0, min_description: "no use at all", max: 10, max_description: "solves it" },
      instructions: "How useful is this answer?\n\n{{ conversation_history }}",
      tools: []
    }),
    ({ id }) => Effect.ignore(Judges.delete(id))
  )
  const campaign = yield* Effect.acquireRelease(
    Campaigns.create({
      name: "Answers about passwords",
      description: "The newest two hundred",
      judge_id: judge.id,
      search_params: { filters: Filter.iContains("last_user_message_preview", "password") },
      max_nb_events: 200
    }),
    ({ id }) => Effect.ignore(Campaigns.delete(id))
  )
  yield* Console.log(`started: ${campaign.name}`)
  const status = yield* Campaigns.await(campaign.id, { schedule: Schedule.spaced("200 millis") }).pipe(
    withElapsedTime("judging")
  )
  const scores = yield* Campaigns.selectedEventsAll(campaign.id, { page_size: 100 }).pipe(
    Stream.map(({ extra_fields }) => extra_fields[`__judge_${judge.id}`]),
    Stream.filter((score) => typeof score === "number"),
    Stream.runCollect
  )
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  yield* Console.log(`ended:   ${status}`)
  yield* Console.log(`scores:  ${scores.length}, ${mean.toFixed(1)} of 10 on average`)
})

program.pipe(
  Effect.scoped,
  Effect.provide(Layer.mergeAll(Judges.layer, Campaigns.layer).pipe(Layer.provide(MistralWithEventsLive))),
  NodeRuntime.runMain
)
