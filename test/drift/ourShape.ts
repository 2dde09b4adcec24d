/** The shape of an Effect schema, as the JSON that it is encoded to. */
import { MultipartBody } from "@effect-mistral/core"
import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { isObject, type JsonObject } from "./document.ts"
import {
  boundNames,
  type Bounds,
  discriminatorOf,
  joinKinds,
  type Kind,
  type Node,
  plainKind,
  type Shape,
  tagsAt,
  type TypeName
} from "./shape.ts"

type Ast = Schema.Top["ast"]

/** The node of an Effect schema. */
export const ourNode = (schema: Schema.Top): Node => nodeOf(schema.ast)

const nodeOf = (ast: Ast): Node => ({ pointer: "", identity: ast, shape: () => shapeOf(ast) })

const shapes = new WeakMap<Ast, Shape>()

const shapeOf = (ast: Ast): Shape => {
  let shape = shapes.get(ast)
  // Where nothing is encoded the schema is kept: the encoded side of a recursive schema is a new one at each turn.
  if (shape === undefined) shapes.set(ast, shape = read(ast.encoding === undefined ? ast : SchemaAST.toEncoded(ast)))
  return shape
}

const read = (ast: Ast): Shape => {
  if (ast._tag === "Suspend") return shapeOf(ast.thunk())
  if (ast._tag !== "Union") {
    const kinds = kindsOf(ast)
    return { pointer: "", names: [], nullable: ast._tag === "Null" || kinds[0]?.type === "any", kinds }
  }
  const members = ast.types.map((type) => shapeOf(type))
  const kinds = joinKinds(members.flatMap(({ kinds }) => kinds.map((kind) => withChecks(kind, ast.checks))))
  const discriminator = discriminatorOf(kinds)
  return {
    pointer: "",
    names: [],
    nullable: members.some(({ nullable }) => nullable),
    kinds: kinds.map((kind) => ({ ...kind, tags: tagsAt(kind, discriminator) })),
    discriminator
  }
}

const kindsOf = (ast: Ast): ReadonlyArray<Kind> => {
  switch (ast._tag) {
    case "Null":
    case "Undefined":
    case "Void":
    case "Never":
      return []
    case "Literal":
      return [{ ...plainKind(typeOf(ast.literal), ""), values: [literalOf(ast.literal)] }]
    case "Arrays": {
      const items = ast.rest[0] ?? ast.elements[0]
      const kind = { ...plainKind("array", ""), items: items === undefined ? undefined : nodeOf(items) }
      return [withChecks(ast.elements.length === 0 ? kind : unreadable(kind, "a list of fixed places"), ast.checks)]
    }
    case "Objects":
      return [withChecks(objectOf(ast), ast.checks)]
    case "String":
    case "Number":
    case "Boolean":
      return [withChecks(plainKind(types[ast._tag], ""), ast.checks)]
    case "TemplateLiteral":
      return [withChecks(unreadable(plainKind("string", ""), "a template"), ast.checks)]
    case "Unknown":
    case "Any":
    case "ObjectKeyword":
      return [withChecks(plainKind(ast._tag === "ObjectKeyword" ? "object" : "any", ""), ast.checks)]
    case "Declaration":
      return [plainKind(ast === MultipartBody.FilePart.ast ? "binary" : "any", "")]
    default:
      return [unreadable(plainKind("any", ""), `a schema of the kind ${ast._tag}`)]
  }
}

const types = { String: "string", Number: "number", Boolean: "boolean" } as const

const typeOf = (literal: unknown): TypeName =>
  typeof literal === "number"
    ? Number.isInteger(literal) ? "integer" : "number"
    : typeof literal === "boolean"
    ? "boolean"
    : "string"

const literalOf = (literal: SchemaAST.LiteralValue) => typeof literal === "bigint" ? String(literal) : literal

const unreadable = (kind: Kind, description: string): Kind => ({ ...kind, unread: [...kind.unread, description] })

const objectOf = ({ indexSignatures, propertySignatures }: SchemaAST.Objects): Kind => {
  const keys = new Map(
    propertySignatures.map(({ name, type }) => [
      String(name),
      { node: nodeOf(type), required: !SchemaAST.isOptional(type) }
    ])
  )
  const rest = indexSignatures[0]
  return {
    ...plainKind("object", ""),
    keys,
    // A struct without keys, `Schema.Struct({})`, is `{}` in Effect; it has no other keys either.
    rest: rest === undefined ? false : rest.type._tag === "Unknown" ? true : nodeOf(rest.type)
  }
}

/** Adds the checks of a schema: those with a JSON Schema as limits, others by their descriptions. */
const withChecks = (kind: Kind, checks: Ast["checks"]): Kind =>
  (checks ?? []).reduce<Kind>((kind, check) => {
    const toJsonSchema = check.annotations?.toJsonSchema
    if (typeof toJsonSchema === "function") {
      const result: unknown = toJsonSchema({
        type: kind.type === "any" || kind.type === "binary" ? undefined : kind.type,
        schemas: []
      })
      const [fragment, approximate] = Array.isArray(result) ? result : [result, false]
      // A fragment may say a little more or less than the check, such as a length in other units. An empty one says nothing.
      const silent = approximate === true && Object.keys(Object(fragment)).length === 0
      return withFragment(silent ? unreadable(kind, describe(check)) : kind, fragment)
    }
    return check._tag === "FilterGroup" ? withChecks(kind, check.checks) : unreadable(kind, describe(check))
  }, kind)

const describe = (check: SchemaAST.Check<never>): string =>
  String(check.annotations?.expected ?? check.annotations?.description ?? "a check")

const withFragment = (kind: Kind, fragment: unknown): Kind => {
  if (!isObject(fragment)) return kind
  const { allOf, format, type } = fragment
  const bounds = { ...kind.bounds, ...boundsOf(fragment) }
  const base: Kind = {
    ...kind,
    type: type === "integer" ? "integer" : kind.type,
    format: typeof format === "string" ? format : kind.format,
    bounds
  }
  return Array.isArray(allOf) ? allOf.reduce<Kind>(withFragment, base) : base
}

const boundsOf = (fragment: JsonObject): Bounds =>
  Object.fromEntries(boundNames.flatMap((name) => typeof fragment[name] === "number" ? [[name, fragment[name]]] : []))
