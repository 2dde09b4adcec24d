import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Completion from "../Completion.ts"
import type {
  CompletionService,
  DeepPartial,
  ObjectCompletionService,
  ObjectPart,
  ObjectRequest
} from "../CompletionService.ts"
import type { CompletionEndpoint } from "../Endpoint.ts"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import type { RequestOptions } from "../RequestOptions.ts"
import { failed, type Operation } from "./operation.ts"
import { makePartialJson } from "./partialJson.ts"
import { type Structured, structured } from "./structured.ts"

/** What asks for objects, by the plain operations of an endpoint that takes a `response_format`. */
export const objectOperations = <Request>(
  endpoint: CompletionEndpoint<Request>,
  service: CompletionService<Request>
): Pick<ObjectCompletionService<Request>, "completeObject" | "streamObject"> => ({
  completeObject: (request, callOptions) =>
    Effect.flatMap(
      formatOf(endpoint.complete, request),
      ([structured, plain]) =>
        Effect.flatMap(service.complete(plain, callOptions), (response) =>
          decodeObject(endpoint.complete, structured, response))
    ),
  streamObject: <A>(request: ObjectRequest<Request, A>, callOptions?: RequestOptions) =>
    Stream.unwrap(Effect.map(
      formatOf(endpoint.stream, request),
      ([structured, plain]) => objectParts(endpoint.stream, structured, service.stream(plain, callOptions))
    ))
})

const formatOf = <Request, A>(
  operation: Operation,
  { schema, schemaDescription, schemaName, ...plain }: ObjectRequest<Request, A>
): Effect.Effect<readonly [Structured<A>, Request], MistralError> =>
  Effect.try({
    try: () => {
      const made = structured(schema, schemaName ?? nameOf(schema), schemaDescription)
      // The rest of an `ObjectRequest` is a `Request` that lacks only the keys set here or left out on purpose.
      return [made, { ...plain, response_format: made.format } as unknown as Request] as const
    },
    catch: (cause) =>
      failed(
        operation,
        new Reason.InvalidRequest({
          issues: [{
            path: ["schema"],
            message: `Expected the schema of an object that JSON Schema can express: ${
              cause instanceof Error ? cause.message : String(cause)
            }`
          }]
        })
      )
  })

const nameOf = (schema: Schema.Top): string => {
  const identifier = schema.ast.annotations?.identifier
  const name = typeof identifier === "string" ? identifier.replace(/[^\w-]/g, "_").slice(0, 64) : ""
  return name === "" ? "response" : name
}

const decodeObject = <A>(
  operation: Operation,
  structured: Structured<A>,
  response: Completion.Response
): Effect.Effect<A, MistralError> => {
  const text = Completion.text(response)
  const decoded = structured.decode(text)
  return "value" in decoded ? Effect.succeed(decoded.value) : Effect.fail(failed(
    operation,
    new Reason.InvalidOutput({
      text,
      issues: decoded.issues,
      finishReason: response.choices[0]?.finish_reason ?? undefined
    })
  ))
}

const objectParts = <A>(
  operation: Operation,
  structured: Structured<A>,
  chunks: Stream.Stream<Completion.Chunk, MistralError>
): Stream.Stream<ObjectPart<A>, MistralError> =>
  Stream.suspend(() => {
    const json = makePartialJson()
    let accumulator = Completion.emptyAccumulator
    const parts = Stream.flatMap(Stream.chunks(chunks), (batch) => {
      let grew = false
      for (const chunk of batch) {
        accumulator = Completion.append(accumulator, chunk)
        const text = Completion.chunkText(chunk)
        grew = text !== "" && json.feed(text) || grew
      }
      const value = json.value()
      return grew && value !== undefined
        // Unchecked by design: it is what the model has written of an `A` so far.
        ? Stream.succeed<ObjectPart<A>>({ _tag: "Partial", value: value as DeepPartial<A> })
        : Stream.empty
    })
    return Stream.concat(
      parts,
      Stream.fromEffect(Effect.suspend(() =>
        Effect.map(
          decodeObject(operation, structured, Completion.toResponse(accumulator)),
          (value): ObjectPart<A> => ({ _tag: "Complete", value })
        )
      ))
    )
  })
