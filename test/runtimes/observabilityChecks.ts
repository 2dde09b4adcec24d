/** The checks of the observability API: the event of a completion, a judge of it, and a dataset. */
import { Chat } from "@effect-mistral/chat"
import { Completion } from "@effect-mistral/core"
import { ChatCompletionEvents, Datasets, ErrorCode, Filter, type Judge, Judges } from "@effect-mistral/observability"
import { Effect, Stream } from "effect"
import { failure, request } from "./calls.ts"
import { expect, hello } from "./expect.ts"
import type { Checks } from "./services.ts"

const judge: Judge.Definition = {
  name: "Tone of the answer",
  description: "Whether the answer is a friendly one",
  model_name: "mistral-medium-latest",
  output: {
    type: "CLASSIFICATION",
    options: [{ value: "friendly", description: "It helps" }, { value: "harsh", description: "It does not" }]
  },
  instructions: "We answered: {{ assistant_message }}",
  tools: []
}

export const observabilityChecks: Checks = {
  "the event of a completion": Effect.gen(function*() {
    let id = ""
    const response = yield* Chat.complete(request, {
      onResponse: ({ requestId }) => Effect.sync(() => id = requestId ?? "")
    })
    yield* expect(Completion.text(response), hello, "text")
    const events = yield* Stream.runCollect(
      ChatCompletionEvents.searchAll({ search_params: { filters: Filter.eq("correlation_id", id) } })
    )
    yield* expect(events.map((event) => event.correlation_id), [id], "events")
    const answers = yield* ChatCompletionEvents.judge(events[0]?.event_id ?? "", judge)
    yield* expect(["friendly", "harsh"].includes(String(answers.answer)), true, "answer")
  }),
  "a judge": Effect.gen(function*() {
    const { id } = yield* Judges.create(judge)
    yield* expect((yield* Judges.fetch(id)).name, judge.name, "name")
    yield* Judges.delete(id)
    const error = yield* failure(Judges.fetch(id))
    yield* expect([error.reason._tag, error.status], ["ObservabilityError", 404], "error")
    yield* expect(typeof ErrorCode.of(error), "string", "code")
  }),
  "a dataset": Effect.gen(function*() {
    const { id } = yield* Datasets.create({ name: "Greetings 霧", description: "All of them" })
    yield* Datasets.createRecord(id, {
      payload: { messages: [{ role: "user", content: "Say 霧" }] },
      properties: {}
    })
    const records = yield* Stream.runCollect(Datasets.listRecordsAll(id))
    yield* expect(records.length, 1, "records")
    yield* Datasets.delete(id)
  })
}
