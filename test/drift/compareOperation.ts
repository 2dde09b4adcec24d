/** The comparison of an endpoint value with the operation of the file: parameters, request and response. */
import { type ApiSchemas, apiSchemas } from "./apiShape.ts"
import { compareNodes } from "./compare.ts"
import { type Comparison, inside, reportTo } from "./comparison.ts"
import type { Difference } from "./difference.ts"
import { below, type Document } from "./document.ts"
import type { ComparedEndpoint } from "./endpoints.ts"
import { bodyOf, eventData, isJson, type Operation, type Parameter, pathParameters, responsesOf } from "./operations.ts"
import { ourNode } from "./ourShape.ts"
import { type Key, type Kind, type Node, plainKind } from "./shape.ts"

/** Where differences go, and the values of open sets. */
export type Context = Pick<Comparison, "report" | "visit" | "knownValues">

const readers = new WeakMap<Document, ApiSchemas>()

const schemasOf = (document: Document): ApiSchemas => {
  let schemas = readers.get(document)
  if (schemas === undefined) readers.set(document, schemas = apiSchemas(document))
  return schemas
}

/** Compares an endpoint value with its operation. */
export const compareOperation = (endpoint: ComparedEndpoint, operation: Operation, context: Context): void => {
  context.visit(operation.at.pointer)
  const part = (direction: Comparison["direction"], place: string): Comparison => ({
    ...context,
    direction,
    visit: (at) => {
      context.visit(at)
      context.visit(`${direction} ${at}`)
    },
    place: `${endpoint.name} ${place}`,
    seen: new Map()
  })
  comparePath(endpoint, operation, part("request", "path"))
  compareQuery(endpoint, operation, part("request", "query"))
  compareBody(endpoint, operation, part("request", "request"))
  compareResponse(endpoint, operation, part("response", "response"))
}

/** Compares a set of values with the schema of this name, if the file has it. */
export const compareSet = (
  document: Document,
  name: string,
  values: ReadonlyArray<string>,
  context: Context
): void => {
  const located = below({ value: document.root, pointer: "#" }, "components", "schemas", name)
  if (located.value === undefined) return
  const set: Node = {
    pointer: "",
    identity: values,
    shape: () => ({ pointer: "", names: [], nullable: false, kinds: [{ ...plainKind("string", ""), values }] })
  }
  compareNodes(schemasOf(document).node(located), set, {
    ...context,
    direction: "response",
    place: name,
    seen: new Map()
  })
}

const comparePath = (endpoint: ComparedEndpoint, operation: Operation, comparison: Comparison): void => {
  const ours = pathParameters(endpoint.path)
  for (const [index, name] of pathParameters(operation.path).entries()) {
    if (name === ours[index]) continue
    const sentence = `The API calls the path parameter "${name}"; here it is "${ours[index]}".`
    reportTo(inside(comparison, `.${name}`), "both", "parameter", operation.at.pointer, name, sentence)
  }
}

/** Compares the query parameters, and headers that the API takes. No endpoint value has headers of its own. */
const compareQuery = (endpoint: ComparedEndpoint, operation: Operation, comparison: Comparison): void => {
  const schemas = schemasOf(operation.document)
  const given = new Map(operation.parameters.filter((one) => one.in === "query").map((one) => [one.name, one]))
  const query = endpoint.query === undefined ? undefined : ourNode(endpoint.query)
  const own = query?.shape().kinds[0]?.keys ?? new Map<string, Key>()
  const left = [...given.values()].filter(({ name }) => !own.has(name))
  const right = [...own].filter(([name]) => !given.has(name))
  for (const [name, key] of own) {
    const parameter = given.get(name)
    if (parameter !== undefined) compareParameter(schemas, parameter, key, inside(comparison, `.${name}`))
  }
  const headers = operation.parameters.filter((one) => one.in === "header")
  for (const parameter of [...left, ...headers]) {
    const renamed = right.findIndex(([, key]) => sameShape(schemas, parameter, key, comparison))
    const [name] = right[renamed] ?? []
    if (name !== undefined && left.length === 1 && right.length === 1) {
      right.splice(renamed, 1)
      const sentence = `The API has the query parameter "${parameter.name}"; here the same is called "${name}".`
      reportTo(inside(comparison, `.${name}`), "both", "parameter", operation.at.pointer, parameter.name, sentence)
    } else {
      const sentence = `The API has the ${parameter.required ? "required " : ""}${
        parameter.in === "header" ? "header" : "query parameter"
      } "${parameter.name}"; it is not here.`
      const at = inside(comparison, `.${parameter.name}`)
      reportTo(at, "api", "parameter", operation.at.pointer, parameter.name, sentence)
    }
  }
  for (const [name] of right) {
    const sentence = `There is the query parameter "${name}" here; the API does not have it.`
    reportTo(inside(comparison, `.${name}`), "here", "parameter", operation.at.pointer, name, sentence)
  }
}

const compareParameter = (schemas: ApiSchemas, parameter: Parameter, key: Key, comparison: Comparison): void => {
  if (parameter.required !== key.required) {
    const [there, here] = [parameter.required, key.required].map((required) => required ? "required" : "optional")
    const sentence = `The API's query parameter "${parameter.name}" is ${there}; here it is ${here}.`
    reportTo(comparison, "both", "required", parameter.pointer, parameter.name, sentence)
  }
  compareNodes(schemas.node(parameter.schema), key.node, comparison)
}

const sameShape = (schemas: ApiSchemas, parameter: Parameter, key: Key, comparison: Comparison): boolean => {
  const found: Array<Difference> = []
  const report = (difference: Difference) => void found.push(difference)
  compareParameter(schemas, parameter, key, { ...comparison, seen: new Map(), report, visit: () => {} })
  return found.length === 0
}

const compareBody = (endpoint: ComparedEndpoint, operation: Operation, comparison: Comparison): void => {
  const bodies = bodyOf(operation)
  const takesBody = endpoint.request.ast._tag !== "Void"
  const pointer = operation.at.pointer
  if (!takesBody && bodies.size === 0) return
  const media = [...bodies.keys()].find(isJson) ?? [...bodies.keys()][0]
  if (!takesBody || media === undefined) {
    const sentence = takesBody
      ? "A body is sent here; the API takes none."
      : `The API takes a body of the type ${media}; none is sent here.`
    return reportTo(comparison, takesBody ? "here" : "api", "body", pointer, media ?? "body", sentence)
  }
  compareNodes(schemasOf(operation.document).node(bodies.get(media)!), ourNode(endpoint.request), comparison)
}

const compareResponse = (endpoint: ComparedEndpoint, operation: Operation, comparison: Comparison): void => {
  const responses = responsesOf(operation)
  const schemas = schemasOf(operation.document)
  const pointer = operation.at.pointer
  const [media, here]: readonly [string | undefined, Node | undefined] = endpoint.event !== undefined
    ? [[...responses.keys()].find((media) => media === "text/event-stream"), ourNode(endpoint.event)]
    : endpoint.response !== undefined
    ? [[...responses.keys()].find(isJson), ourNode(endpoint.response)]
    : [[...responses.keys()].find((media) => !isJson(media)), undefined]
  if (media === undefined) {
    // A response without a body is read by a schema that takes anything.
    if (responses.size === 0 && here !== undefined && isAnything(here.shape().kinds)) return
    const expected = endpoint.event !== undefined ? "a stream of events" : here === undefined ? "bytes" : "JSON"
    const sentence = `The response is read as ${expected} here; the API has ${
      responses.size === 0 ? "no body" : `only ${[...responses.keys()].join(", ")}`
    }.`
    return reportTo(comparison, "here", "body", pointer, expected, sentence)
  }
  if (here === undefined) return
  const schema = responses.get(media)!
  const described = endpoint.event === undefined ? schema : eventData(operation.document, schema)
  compareNodes(schemas.node(described), here, comparison)
}

const isAnything = (kinds: ReadonlyArray<Kind>): boolean => kinds.some(({ type }) => type === "any")
