/** Responses, checked against Mistral's OpenAPI file. */
import formats from "ajv-formats"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import type { Case } from "./cases.ts"
import type { Defect } from "./defects.ts"
import type { OpenApi } from "./specification.ts"

/** A validator that knows the formats of texts. */
export const makeAjv = (): Ajv2020 => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  return ajv
}

/** A response. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  /** The body, or the data of each event of a stream. */
  readonly values: ReadonlyArray<unknown>
}

/** The reasons why a value is not the response that the file promises to a case. */
export interface Validator {
  (one: Case, answer: Answer, value: unknown): ReadonlyArray<string>
  readonly schema: (name: string) => ValidateFunction
}

/** Reads the file with some corrections. */
export const validator = (document: OpenApi, corrections: ReadonlyArray<Defect>): Validator => {
  const ajv = makeAjv()
  const copy = structuredClone(document)
  // The file is JSON at every depth, whatever is known of its shape.
  for (const { correct } of corrections) correct(copy as unknown as Parameters<typeof correct>[0])
  ajv.addSchema(copy, "mistral")
  const at = (...steps: ReadonlyArray<string>): ValidateFunction | undefined =>
    ajv.getSchema(`mistral#/${steps.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`)
  const validate = (one: Case, { contentType, status }: Answer, value: unknown) => {
    const method = one.method?.toLowerCase() ?? (one.body === undefined ? "get" : "post")
    const steps = ["paths", one.path, method, "responses", String(status), "content", contentType]
    if (!hasPath(copy, steps)) return [`no answer of the kind: ${status} ${contentType}`]
    const fits = at(...steps, "schema")!
    return fits(value) ? [] : (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  return Object.assign(validate, { schema: (name: string) => at("components", "schemas", name)! })
}

const hasPath = (value: unknown, steps: ReadonlyArray<string>): boolean =>
  steps.reduce<unknown>(
    (inner, step) => typeof inner === "object" && inner !== null ? Reflect.get(inner, step) : undefined,
    value
  ) !== undefined
