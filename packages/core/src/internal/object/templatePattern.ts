import type * as SchemaAST from "effect/SchemaAST"
import { isInteger } from "./encodingChain.ts"

/** The pattern of the strings of a template literal. */
export const templatePattern = (parts: ReadonlyArray<SchemaAST.AST>): string => `^${parts.map(partPattern).join("")}$`

const partPattern = (part: SchemaAST.AST): string => {
  switch (part._tag) {
    case "Literal":
      return `${part.literal}`.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    case "Number":
      return isInteger(part) ? "-?\\d+" : "-?\\d+(?:\\.\\d+)?"
    case "BigInt":
      return "-?\\d+"
    case "TemplateLiteral":
      return part.parts.map(partPattern).join("")
    case "Union":
      return `(?:${part.types.map(partPattern).join("|")})`
    default:
      return "[\\s\\S]*?"
  }
}
