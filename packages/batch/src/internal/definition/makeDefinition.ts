import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { AnswerFailed, RequestFailed } from "../../BatchError.ts"
import type { Definition } from "./definition.ts"

/** A definition with its types. */
interface Parts<Item, Request, Response, Answer> {
  readonly name: string
  readonly version?: string | undefined
  readonly item: Schema.Codec<Item, unknown>
  readonly request: (item: Item) => Request
  readonly answer: Schema.Codec<Answer, unknown>
  readonly read: (response: Response) => Effect.Effect<Answer, MistralError>
}

/** Takes the types off a definition. Throws if a schema has no JSON form. */
export const makeDefinition = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint<Request, Response>,
  { answer, item, name, read, request, version = "1" }: Parts<Item, Request, Response, Answer>
): Definition => {
  const items = Schema.toCodecJson(item)
  const answers = Schema.toCodecJson(answer)
  const encodeItem = Schema.encodeUnknownResult(items)
  const decodeItem = jsonDecoder(items, (description) => new RequestFailed({ description }))
  const encodeAnswer = Schema.encodeUnknownResult(answers)
  return {
    name,
    fingerprint: {
      name,
      version,
      endpoint: `${endpoint.method} ${endpoint.path}`,
      item: schemaHash(item),
      answer: schemaHash(answer)
    },
    // The cast is safe: only requests of `request` are sent to the endpoint, and only its responses are given to `answer`.
    endpoint: endpoint as unknown as Endpoint<object, unknown>,
    encodeItem: (value) =>
      Result.mapBoth(encodeItem(value), {
        onSuccess: (encoded) => JSON.stringify(encoded),
        onFailure: (error) => issuesOf(error)
      }),
    decodeItem,
    request: (json) =>
      Result.flatMap(decodeItem(json), (value) =>
        Result.try({
          // The cast is safe: the value was decoded by the item schema.
          try: () => request(value as Item),
          catch: (thrown) => new RequestFailed({ description: nameOf(thrown) })
        })),
    answer: (response) =>
      // The cast is safe: the response comes from the endpoint.
      Effect.suspend(() => read(response as Response)).pipe(
        Effect.catchDefect((defect) => Effect.fail(new AnswerFailed({ description: nameOf(defect) }))),
        Effect.flatMap((value) =>
          Result.match(encodeAnswer(value), {
            onSuccess: (encoded) => Effect.succeed(JSON.stringify(encoded)),
            onFailure: (error) => Effect.fail(new AnswerFailed({ description: describe(issuesOf(error)) }))
          })
        )
      ),
    decodeAnswer: jsonDecoder(answers, (description) => new AnswerFailed({ description }))
  }
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const issuesOf = (error: Schema.SchemaError) =>
  formatIssue(error.issue).issues.map(({ message, path }) => ({
    path: (path ?? []).map((key) => typeof key === "number" ? key : String(key)),
    message
  }))

const describe = (issues: ReturnType<typeof issuesOf>): string =>
  issues.map(({ message, path }) => `${path.join(".") || "the value"}: ${message}`).join("; ")

const jsonDecoder = <A, E>(codec: Schema.Codec<A, unknown>, failure: (description: string) => E) => {
  const decode = Schema.decodeUnknownResult(codec)
  return (json: string): Result.Result<A, E> =>
    Result.mapError(decode(JSON.parse(json)), (error) => failure(describe(issuesOf(error))))
}

const schemaHash = (schema: Schema.Constraint): string =>
  (Hash.string(JSON.stringify(Schema.toJsonSchemaDocument(schema))) >>> 0).toString(16)

/** The name of what a function threw. Its message may quote a prompt. */
const nameOf = (thrown: unknown): string =>
  thrown instanceof Error ? `the function threw ${thrown.name}` : "the function threw"
