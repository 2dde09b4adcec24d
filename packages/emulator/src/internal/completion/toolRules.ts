import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Tool from "@effect-mistral/core/Tool"
import { badRequest, type ErrorResponse, invalidRequest } from "../http/errorResponse.ts"
import { keywordProblem } from "../json/schemaKeywords.ts"
import { danglingReferences, foreignIdentifiers } from "../json/schemaReferences.ts"
import { nameProblem } from "./functionName.ts"

const functionsOf = (request: CompletionRequest.Chat): ReadonlyArray<Tool.Function["function"]> =>
  (request.tools ?? []).flatMap((tool) => tool.type === "function" ? [tool.function] : [])

const functionProblem = ({ name, parameters }: Tool.Function["function"]): ErrorResponse | undefined => {
  const problem = keywordProblem(parameters)
  return problem === undefined ? nameProblem(name, invalidRequest) : invalidRequest(`Invalid tool schema: ${problem}`)
}

const choiceProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined => {
  const choice = request.tool_choice
  if (typeof choice !== "object") return undefined
  const { name } = choice.function
  return functionsOf(request).some((one) => one.name === name) ? undefined : badRequest({
    message: `Tool choice names the function ${name}, which is not among the tools`,
    type: "invalid_request_error",
    param: "tool_choice"
  })
}

const formatProblem = ({ response_format: format }: CompletionRequest.Chat): ErrorResponse | undefined =>
  format?.type === "json_schema" && format.json_schema == null
    ? badRequest({
      message: "A response format of the type json_schema needs a json_schema",
      type: "invalid_request_error",
      param: "response_format"
    })
    : undefined

/** Why a schema cannot be compiled to a grammar, in the words of llguidance and of the library that it resolves references with. */
const grammarProblem = (schema: unknown): string | undefined =>
  foreignIdentifiers(schema).map((key) => `Unimplemented keys: ["${key}"]`)[0] ??
    danglingReferences(schema).map((reference) =>
      reference.startsWith("#")
        ? `Pointer '${reference.slice(1)}' does not exist`
        : `Resource '${reference}' is not present in a registry and retrieving it failed`
    )[0]

const grammarError = (where: string, problem: string | undefined): ErrorResponse | undefined =>
  problem === undefined ? undefined : invalidRequest(`Grammar error: ${where}failed to compile JSON schema: ${problem}`)

const compileProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined =>
  // The place is the one of the first schema in the grammar of all tools.
  grammarError("at 3(11): ", first(functionsOf(request).map(({ parameters }) => grammarProblem(parameters)))) ??
    grammarError("", grammarProblem(request.response_format?.json_schema?.schema))

const first = <A>(all: ReadonlyArray<A | undefined>): A | undefined => all.find((one) => one !== undefined)

/** Checks the tools, the choice among them, and the schemas of tools and of the response format. */
export const toolProblem = (request: CompletionRequest.Chat): ErrorResponse | undefined =>
  first(functionsOf(request).map(functionProblem)) ?? choiceProblem(request) ?? formatProblem(request) ??
    compileProblem(request)
