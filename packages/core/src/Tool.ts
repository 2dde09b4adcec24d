/**
 * The tools that a model may call, the calls that it makes, and the choice between them.
 *
 * @see https://docs.mistral.ai/capabilities/function_calling
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { jsonIssues } from "./internal/request/jsonIssues.ts"
import { withoutIdentifiers } from "./internal/schema/withoutIdentifiers.ts"
import { argumentsDecoder } from "./internal/tool/argumentsDecoder.ts"
import { parametersOf } from "./internal/tool/parameters.ts"
import { readArguments } from "./internal/tool/readArguments.ts"
import { Issue } from "./MistralErrorReason.ts"
import type { Function, JsonObject } from "./ToolSchema.ts"

export * from "./ToolSchema.ts"

/**
 * Makes a function tool from a name and the JSON Schema of its arguments.
 *
 * *Details*: the keys `$schema` and `$id`, which generators of JSON Schemas add and Mistral does not compile, are left out at
 * every depth. A reference by a `$id` becomes a pointer to the same place.
 *
 * *Gotchas*: a `$ref` must lead to a definition in the same schema. Otherwise the request fails with `InvalidRequest`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
}): Function => ({
  type: "function",
  function: {
    name: options.name,
    ...(options.description === undefined ? undefined : { description: options.description }),
    ...(options.strict === undefined ? undefined : { strict: options.strict }),
    // A value that JSON cannot express, such as a cycle, is reported by the request.
    parameters: jsonIssues(options.parameters).length > 0 ? options.parameters : withoutIdentifiers(options.parameters)
  }
})

/**
 * Makes a function tool from a name and the schema of its arguments.
 *
 * *Details*: `parameters` becomes the JSON Schema of the schema's JSON form, which `decodeArguments` decodes. Definitions
 * are written out where they are used, so that only a recursive schema has a `$ref`. Descriptions of the schema and of its
 * keys (`annotate`, `annotateKey`) are sent. A tool without `parameters` has no arguments.
 *
 * `strict: true` sends the form that strict mode requires: every key is required, and an optional one may be `null`;
 * records and tuples have another form. `decodeArguments` reads both forms.
 *
 * ```ts
 * import { Tool } from "@effect-mistral/core"
 * import { Schema } from "effect"
 *
 * const Weather = Schema.Struct({
 *   city: Schema.String.annotate({ description: "The name of the city" }),
 *   unit: Schema.optional(Schema.Literals(["celsius", "fahrenheit"]))
 * })
 *
 * const weather = Tool.fromSchema({
 *   name: "get_weather",
 *   description: "The temperature in a city",
 *   parameters: Weather
 * })
 * ```
 *
 * *Gotchas*: it throws where the schema is not that of an object, or where JSON Schema cannot express it, because such a
 * tool is a mistake of the program and never a matter of the request. Tools are best made once, as constants of a module.
 *
 * @throws if the schema is not that of an object
 * @category constructors
 * @since 0.1.0
 */
export const fromSchema = (options: {
  readonly name: string
  readonly parameters?: Schema.Top | undefined
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
}): Function =>
  make({
    ...options,
    parameters: parametersOf(options.name, options.parameters ?? Schema.Struct({}), options.strict === true)
  })

/**
 * The error of a call whose arguments are not JSON, or do not fit the schema of its tool.
 *
 * *Details*: the message is meant for the model: `Message.toolResult(call, error)` sends it. It names the tool, each place
 * that does not fit, and what is expected there. The error holds no argument, so that it can be logged.
 *
 * *Gotchas*: a message that a check of your own returns is part of it as it is.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidArguments extends /* @__PURE__ */ Schema.TaggedError<InvalidArguments>(
  "@effect-mistral/core/Tool/InvalidArguments"
)("InvalidToolArguments", {
  tool: Schema.String,
  issues: /* @__PURE__ */ Schema.Array(Issue)
}) {
  override get message(): string {
    return `The arguments of the tool ${this.tool} do not fit: ${
      formatIssues(this.issues)
    }. Correct them and call it again.`
  }
}

/**
 * Decodes the arguments of a tool call by the schema of its tool.
 *
 * *Details*: `arguments` may be an object or JSON text, which some servers encode twice. No text is no arguments. The form
 * of strict mode is read as well as the plain one. All places that do not fit are reported.
 *
 * *When to use*: for each call of a response, before its function runs. The error goes back to the model:
 *
 * ```ts
 * import { Message, Tool } from "@effect-mistral/core"
 * import { Effect, Schema } from "effect"
 *
 * const Weather = Schema.Struct({ city: Schema.String })
 *
 * export const answer = (call: Tool.ReceivedCall) =>
 *   Tool.decodeArguments(call, Weather).pipe(
 *     Effect.map(({ city }) => ({ city, celsius: 21 })),
 *     Effect.catchTag("InvalidToolArguments", (error) => Effect.succeed(error)),
 *     Effect.map((result) => Message.toolResult(call, result))
 *   )
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeArguments = <A, RD = never>(
  call: {
    readonly function: {
      readonly name: string
      readonly arguments?: string | typeof JsonObject.Type | null | undefined
    }
  },
  schema: Schema.Codec<A, unknown, RD, unknown>
): Effect.Effect<A, InvalidArguments, RD> =>
  Effect.suspend(() => {
    const tool = call.function.name
    const read = readArguments(call.function.arguments)
    const decoded = "issues" in read ? Effect.fail(read.issues) : argumentsDecoder(schema)(read.json)
    return Effect.mapError(decoded, (issues) => new InvalidArguments({ tool, issues }))
  })

const formatIssues = (issues: ReadonlyArray<Issue>): string =>
  issues.map(({ message, path }) => path.length === 0 ? message : `${path.join(".")}: ${message}`).join("; ")
