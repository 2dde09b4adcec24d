import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { AnswerFailed, RequestFailed } from "../../BatchError.ts"
import type { Definition } from "./definition.ts"
import { describeThrown } from "./describeThrown.ts"
import { makeFingerprint } from "./fingerprint.ts"
import { makeJsonCodec } from "./jsonCodec.ts"
import { describeIssues } from "./schemaIssues.ts"

/** A definition with its types. */
export interface Parts<in out Item, out Request, in Response, in out Answer> {
  readonly name: string
  readonly version?: string | undefined
  readonly item: Schema.Codec<Item, unknown>
  readonly request: (item: Item) => Request
  readonly answer: Schema.Codec<Answer, unknown>
  readonly read: (response: Response) => Effect.Effect<Answer, MistralError>
}

/** Takes the types off a definition. Throws if the name is empty, or the endpoint needs more than a request. */
export const makeDefinition = <Item, Request extends object, Response, Answer>(
  endpoint: Endpoint<Request, Response>,
  parts: Parts<Item, Request, Response, Answer>
): Definition => {
  const { name, read, request } = parts
  if (name === "") throw new Error("A definition of batches needs a name: its batches are found by it")
  if (endpoint.path.includes("{")) {
    throw new Error(`${endpoint.name} needs parameters in its path, which a batch does not send`)
  }
  const items = makeJsonCodec(parts.item)
  const answers = makeJsonCodec(parts.answer)
  const decodeItem = (json: string): Result.Result<Item, RequestFailed> =>
    Result.mapError(items.decode(json), (issues) => requestFailed(describeIssues(issues)))
  return {
    name,
    fingerprint: makeFingerprint(endpoint, parts),
    // The cast is safe: only requests of `request` are sent to the endpoint, and only its responses are given to `answer`.
    endpoint: endpoint as unknown as Endpoint<object, unknown>,
    encodeItem: items.encode,
    decodeItem,
    request: (json) =>
      Result.flatMap(decodeItem(json), (item) => {
        try {
          return checked(request(item))
        } catch (thrown) {
          return Result.fail(requestFailed(describeThrown("the function", thrown)))
        }
      }),
    answer: (response) =>
      // The cast is safe: the response comes from the endpoint.
      Effect.suspend(() => read(response as Response)).pipe(
        Effect.catchDefect((defect) => Effect.fail(answerFailed(describeThrown("the function", defect)))),
        Effect.flatMap((answer) =>
          Effect.fromResult(
            Result.mapError(answers.encode(answer), (issues) => answerFailed(describeIssues(issues)))
          )
        )
      ),
    decodeAnswer: (json) => Result.mapError(answers.decode(json), (issues) => answerFailed(describeIssues(issues)))
  }
}

/** Types are not trusted: the function may be one of JavaScript. */
const checked = (request: object): Result.Result<object, RequestFailed> => {
  if (!Predicate.isObject(request) || Predicate.isPromiseLike(request)) {
    return Result.fail(requestFailed("the function returned no request"))
  }
  if ("stream" in request && request.stream === true) {
    return Result.fail(requestFailed("a batch has whole responses: leave out `stream`"))
  }
  return Result.succeed(request)
}

const requestFailed = (description: string) => new RequestFailed({ description })

const answerFailed = (description: string) => new AnswerFailed({ description })
