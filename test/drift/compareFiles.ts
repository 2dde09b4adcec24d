/** The comparison of OpenAPI files with every endpoint value. */
import { compareOperation, compareSet, type Context } from "./compareOperation.ts"
import type { Difference } from "./difference.ts"
import type { Document } from "./document.ts"
import type { ComparedEndpoint } from "./endpoints.ts"
import { nameless, type Operation, operationsOf, signature } from "./operations.ts"

/** A part of the API that this library serves as a whole. */
export interface Group {
  readonly name: string
  /** The paths of the part. */
  readonly paths: RegExp
}

/** What is compared, and with what. */
export interface Subject {
  readonly endpoints: ReadonlyArray<ComparedEndpoint>
  readonly groups: ReadonlyArray<Group>
  /** Sets of values that no operation leads to, by the names of their schemas in the file: codes of errors. */
  readonly sets: Readonly<Record<string, ReadonlyArray<string>>>
  /** The values of an open set, by its places in the file and here. */
  readonly knownValues: Context["knownValues"]
  /** The files are the whole API: a part of it that they do not describe is a difference. */
  readonly complete: boolean
}

/** What a comparison found. */
export interface Findings {
  readonly differences: ReadonlyArray<Difference>
  /** The operations of the files for which there is no endpoint value, outside of the parts that are served. */
  readonly notServed: ReadonlyArray<Operation>
  /** The endpoint values of parts that the files do not describe at all, with the names of the parts. */
  readonly notDescribed: ReadonlyArray<NotDescribed>
  /** All places that were compared, by their JSON pointers and by their endpoints. */
  readonly visited: ReadonlySet<string>
}

/** An endpoint value of a part that the files do not describe. */
export interface NotDescribed {
  readonly group: string
  readonly endpoint: ComparedEndpoint
}

/** Compares endpoint values with files. An endpoint is looked up in all of them. */
export const compareFiles = (documents: ReadonlyArray<Document>, subject: Subject): Findings => {
  const operations = documents.flatMap(operationsOf)
  const differences: Array<Difference> = []
  const visited = new Set<string>()
  const context: Context = {
    knownValues: subject.knownValues,
    report: (difference) => void differences.push(difference),
    visit: (pointer) => void visited.add(pointer)
  }
  const groupOf = (path: string): Group | undefined => subject.groups.find(({ paths }) => paths.test(path))
  const described = new Set(operations.map(({ path }) => groupOf(path)))
  const notDescribed: Array<NotDescribed> = []
  const matched = new Set<Operation>()

  for (const endpoint of subject.endpoints) {
    const found = operations.filter((one) => matches(one, endpoint))
    for (const operation of found) {
      matched.add(operation)
      compareOperation(endpoint, operation, context)
    }
    if (found.length > 0) continue
    const other = otherMethod(endpoint, operations, subject.endpoints)
    if (other !== undefined) {
      matched.add(other)
      context.report({
        side: "both",
        about: "method",
        pointer: other.at.pointer,
        name: other.method,
        sentence: `The API has the method ${other.method}; here it is ${endpoint.method}.`,
        place: endpoint.name
      })
      compareOperation(endpoint, other, context)
    } else if (subject.complete || described.has(groupOf(endpoint.path))) {
      context.report({
        side: "here",
        about: "operation",
        pointer: "#/paths",
        name: signature(endpoint),
        sentence: `There is the operation ${signature(endpoint)} here; the API does not have it.`,
        place: endpoint.name
      })
    } else notDescribed.push({ group: groupOf(endpoint.path)?.name ?? endpoint.path, endpoint })
  }

  for (const document of documents) {
    for (const [name, values] of Object.entries(subject.sets)) compareSet(document, name, values, context)
  }
  const unmatched = operations.filter((one) => !matched.has(one))
  for (const operation of unmatched) {
    const group = groupOf(operation.path)
    if (group === undefined) continue
    context.report({
      side: "api",
      about: "operation",
      pointer: operation.at.pointer,
      name: signature(operation),
      sentence: `The API has the operation ${signature(operation)}; it is not here.`,
      place: group.name
    })
  }
  return {
    differences,
    notServed: unmatched.filter(({ path }) => groupOf(path) === undefined),
    notDescribed,
    visited
  }
}

const matches = (operation: Operation, endpoint: ComparedEndpoint): boolean =>
  operation.method === endpoint.method && nameless(operation.path) === nameless(endpoint.path)

/** The one operation of the endpoint's path that no endpoint value stands for: the API has changed the method. */
const otherMethod = (
  endpoint: ComparedEndpoint,
  operations: ReadonlyArray<Operation>,
  endpoints: ReadonlyArray<ComparedEndpoint>
): Operation | undefined => {
  const free = operations.filter((operation) =>
    nameless(operation.path) === nameless(endpoint.path) && !endpoints.some((one) => matches(operation, one))
  )
  return free.length === 1 ? free[0] : undefined
}
