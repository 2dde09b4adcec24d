/** A server that takes any completion request, and the two clients that send to it. */
import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import type * as CompletionService from "@effect-mistral/core/CompletionService"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as Fim from "@effect-mistral/fim/Fim"
import * as TestCompletion from "@effect-mistral/testing/TestCompletion"
import { assert } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { type Recorded, recordingServer } from "./recordingServer.ts"

/** Sends one request by both clients, and gives what each of them sent. */
export type Both<Request> = (
  operation: "complete" | "stream",
  request: Request
) => Effect.Effect<readonly [ours: Recorded, sdk: Recorded]>

/** The two clients, endpoint by endpoint. */
export class Recorder extends Context.Service<Recorder, {
  readonly chat: Both<Chat.Request>
  readonly agents: Both<Agents.Request>
  readonly fim: Both<Fim.Request>
}>()("test/Recorder") {
  static readonly layer = Layer.effect(
    Recorder,
    Effect.gen(function*() {
      const { take, url } = yield* recordingServer((body) => {
        const streamed = Predicate.hasProperty(body, "stream") && body.stream === true
        return streamed ? ["text/event-stream", `${events}data: [DONE]\n\n`] : ["application/json", completion]
      })
      const sdk = new Mistral({ serverURL: url, apiKey: "k" })
      const client = yield* Layer.build(
        MistralClient.layer({ baseUrl: url, apiKey: Redacted.make("k"), retry: RetryPolicy.none }).pipe(
          Layer.provide(FetchHttpClient.layer)
        )
      )
      const both = <Request, Theirs>(
        ours: CompletionService.CompletionService<Request>,
        theirs: {
          readonly complete: (request: Theirs) => Promise<unknown>
          readonly stream: (request: Theirs) => Promise<AsyncIterable<unknown>>
        }
      ): Both<Request> =>
        Effect.fnUntraced(function*(operation, request) {
          // The SDK checks what it is given, so a wrong name does not go unnoticed.
          const named = renamed(request) as Theirs
          if (operation === "complete") {
            yield* Effect.orDie(ours.complete(request))
            yield* Effect.promise(() => theirs.complete(named))
          } else {
            yield* Effect.orDie(Stream.runDrain(ours.stream(request)))
            yield* Effect.promise(async () => {
              for await (const _ of await theirs.stream(named)) { /* to its end */ }
            })
          }
          const recorded = take()
          assert.strictEqual(recorded.length, 2)
          const [one, other] = recorded
          return [one!, other!] as const
        })
      return yield* Effect.provideContext(
        Effect.gen(function*() {
          return Recorder.of({
            chat: both(yield* Chat.make(unchecked), sdk.chat),
            agents: both(yield* Agents.make(unchecked), sdk.agents),
            fim: both(yield* Fim.make(), sdk.fim)
          })
        }),
        client
      )
    })
  )
}

/** The SDK sends conversations as they are. */
const unchecked = {
  checks: { order: false, toolCalls: false, toolCallIds: false, tools: false, emptyMessage: false, lastMessage: false }
}

const completion = JSON.stringify(TestCompletion.response("Hi"))

const events = TestCompletion.chunks("Hi").map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")

/** A request under the SDK's names. */
export const renamed = (value: unknown, key?: string, above?: string): unknown => {
  // Objects with the caller's own keys stay as they are.
  if (key === "metadata" || key === "arguments" || (key === "parameters" && above === "function")) return value
  if (key === "schema" && above === "json_schema") return value
  if (Array.isArray(value)) return value.map((item) => renamed(item, key, above))
  if (!Predicate.isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name === "schema" && key === "json_schema"
        ? "schemaDefinition"
        : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      renamed(inner, name, key)
    ])
  )
}
