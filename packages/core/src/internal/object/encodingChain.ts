import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaParser from "effect/SchemaParser"
import { checkWords } from "./checkKeywords.ts"
import { joinWords } from "./jsonSchema.ts"

/** The steps of a schema from its type to its JSON form, as `Schema.toCodecJson` takes them. */
export interface EncodingChain {
  /** From the type to the JSON form. */
  readonly steps: ReadonlyArray<SchemaAST.AST>
  /** The last step: the JSON form. */
  readonly end: SchemaAST.AST
  /** Whether a key of this schema may be absent. */
  readonly optional: boolean
}

export const encodingChain = (ast: SchemaAST.AST): EncodingChain => {
  const steps: Array<SchemaAST.AST> = [ast]
  let end = ast
  let optional = SchemaAST.isOptional(ast)
  for (;;) {
    if (end.encoding !== undefined) {
      for (const { to } of end.encoding) steps.push(end = to)
      optional = SchemaAST.isOptional(end)
      continue
    }
    const to = jsonOf(end)
    if (to === undefined) return { steps, end, optional }
    steps.push(end = to)
  }
}

/**
 * The JSON form that a declared type names by an annotation. `Schema.toCodecJson` gives it the encoded forms of the type's
 * parameters; it is given the parameters themselves here, for their annotations.
 */
export const jsonOf = (ast: SchemaAST.AST): SchemaAST.AST | undefined => {
  const link = linkOf(ast)
  if (ast._tag !== "Declaration" || link === undefined) return undefined
  const known = jsonForms.get(ast.typeParameters)
  if (known?.link === link) return known.to
  const made: unknown = link(ast.typeParameters.map((parameter) => Schema.make(parameter)))
  const to = Predicate.hasProperty(made, "to") && SchemaAST.isAST(made.to) ? made.to : undefined
  jsonForms.set(ast.typeParameters, { link, to })
  return to
}

/** JSON forms by the parameters of their type, so that a recursive schema finds itself again. */
const jsonForms = /* @__PURE__ */ new WeakMap<
  object,
  { readonly link: unknown; readonly to: SchemaAST.AST | undefined }
>()

/** The annotation with which a declared type names its JSON form. */
export const linkOf = ({ annotations }: SchemaAST.AST): Link | undefined => {
  const link: unknown = annotations?.["toCodecJson"] ?? annotations?.["toCodec"]
  return isLink(link) ? link : undefined
}

type Link = (parameters: ReadonlyArray<Schema.Top>) => unknown

const isLink = (value: unknown): value is Link => typeof value === "function"

/** The annotations that say what a value is. */
export interface Notes {
  readonly title?: unknown
  readonly description?: unknown
  readonly format?: unknown
  readonly default?: unknown
  readonly examples?: unknown
  readonly contentEncoding?: unknown
  readonly contentMediaType?: unknown
}

/** The annotations of all steps: an annotation of the type counts before one of the encoded form. */
export const notesOf = (chain: EncodingChain): Notes => {
  const { end, steps } = chain
  const annotations = steps.flatMap((
    step
  ) => [step.annotations, ...(step.checks ?? []).map((check) => check.annotations)])
  const first = (key: string) => annotations.find((one) => one?.[key] !== undefined)?.[key]
  const words = steps.flatMap((step) => [
    step.annotations?.description,
    // The checks of the JSON form become keywords.
    ...(step === end ? [] : (step.checks ?? []).filter(isInformative).map(checkWords))
  ])
  const description = joinWords(words)
  return {
    ...defined("title", first("title")),
    ...defined("description", description),
    ...defined("format", first("format")),
    ...defined("contentEncoding", first("contentEncoding")),
    ...defined("contentMediaType", first("contentMediaType")),
    ...defined("default", encoded(chain, first("default"))),
    ...defined("examples", encodedAll(chain, first("examples")))
  }
}

const defined = <Key extends string>(key: Key, value: unknown) => value === undefined ? {} : { [key]: value }

/** A value of the type as JSON, or the value itself if it is one of the JSON form; `undefined` if it is neither. */
const encoded = ({ end, steps: [type] }: EncodingChain, value: unknown): unknown => {
  if (value === undefined || type === undefined) return undefined
  const tried = [
    () => SchemaParser.encodeUnknownExit(Schema.toCodecJson(Schema.make<Schema.Codec<unknown>>(type)))(value),
    () => SchemaParser.decodeUnknownExit(Schema.make<Schema.Codec<unknown>>(end))(value)
  ]
  for (const run of tried) {
    try {
      const exit = run()
      if (Exit.isSuccess(exit)) return exit.value
    } catch {
      // A value of neither: it is not said.
    }
  }
  return undefined
}

const encodedAll = (chain: EncodingChain, values: unknown): unknown => {
  const all = Array.isArray(values) ? values.map((one: unknown) => encoded(chain, one)) : []
  const found = all.filter((one) => one !== undefined)
  return found.length === 0 ? undefined : found
}

const isInformative = ({ annotations }: SchemaAST.Checks[number]): boolean =>
  annotations?.description !== undefined || !/\/isFinite$|\/isInt$/.test(annotations?.representation?.id ?? "")

/** The annotations of a key (`annotateKey`). */
export const keyNotesOf = ({ steps }: EncodingChain): Notes => {
  const annotations = steps.map(({ context }) => context?.annotations)
  const first = (key: string) => annotations.find((one) => one?.[key] !== undefined)?.[key]
  return {
    ...defined("title", first("title")),
    ...defined("description", joinWords(annotations.map((one) => one?.description))),
    ...defined("default", first("default")),
    ...defined("examples", first("examples"))
  }
}

/** The identifier of a schema, of its type before one of its encoded form. */
export const identifierOf = ({ steps }: EncodingChain): string | undefined => {
  const names = steps.map(SchemaAST.resolveIdentifier)
  return names.find((name) => name !== undefined && name !== "")
}

/** The name of a type that Effect declares, such as `Date`, or the kind of another schema, such as `Number`. */
export const typeNameOf = ({ _tag, annotations }: SchemaAST.AST): string => {
  const id: unknown = Predicate.hasProperty(annotations?.["representation"], "id")
    ? annotations["representation"].id
    : undefined
  return _tag === "Declaration" && typeof id === "string" ? id.replace(/^.*\//, "") : _tag
}

/** Whether the values of a number are integers. */
export const isInteger = ({ checks }: SchemaAST.AST): boolean =>
  checks?.some((check) => /\/isU?[Ii]nt/.test(check.annotations?.representation?.id ?? "")) === true
