import * as SchemaAST from "effect/SchemaAST"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { type EncodingChain, encodingChain, jsonOf } from "./encodingChain.ts"

/**
 * The steps of each property of an object. Where the object was made from another by a step that keeps its values, such as
 * `Schema.encodeKeys`, the steps of the other's properties come first: they have the annotations and the types.
 */
export const propertyChains = ({ end, steps }: EncodingChain): ReadonlyArray<EncodingChain> => {
  if (end._tag !== "Objects") return []
  const own = end.propertySignatures.map(({ type }) => encodingChain(type))
  const before = steps.at(-2)
  const type = before === undefined || before._tag === "Objects" ? before : jsonOf(before)
  if (type?._tag !== "Objects" || type === end) return own
  const outer = propertyChains({ end: type, steps: [...steps.slice(0, -1), type], optional: false })
  const isRenamed = outer.length === own.length &&
    type.propertySignatures.every((one, at) => SchemaAST.toEncoded(one.type) === end.propertySignatures[at]?.type)
  if (isRenamed) return outer.map((chain, at) => ({ ...chain, optional: own[at]?.optional === true }))
  const link = steps.flatMap(({ encoding }) => encoding ?? []).find(({ to }) => to === end)
  return link?.transformation !== SchemaTransformation.passthrough() ? own : own.map((chain, at) => {
    const name = end.propertySignatures[at]?.name
    const typed = outer[type.propertySignatures.findIndex((one) => one.name === name)]
    return typed === undefined ? chain : { ...chain, steps: [...typed.steps, ...chain.steps] }
  })
}
