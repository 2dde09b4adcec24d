/** Mistral's OpenAPI file, as far as it is compared. It is kept outside the project and read from there. */
import { it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { readDocument } from "../drift/document.ts"

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")

/** A schema of the file. */
export interface Property {
  readonly type?: string
  readonly enum?: ReadonlyArray<string>
  readonly const?: string
  readonly format?: string
  readonly anyOf?: ReadonlyArray<Property>
  readonly oneOf?: ReadonlyArray<Property>
  readonly $ref?: string
  readonly items?: Property
  readonly properties?: Readonly<Record<string, Property>>
  readonly additionalProperties?: boolean | Property
  readonly required?: ReadonlyArray<string>
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Property }>>
}

/** One operation of the file. */
export interface Operation {
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
  readonly parameters?: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: Property
  }>
}

/** The file. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Property>> }
}

/** Registers tests over a file. Where the file is not beside the project, one skipped test says so. */
export const withSpecification = (
  register: (openApi: OpenApi) => void,
  name: "mistral-openapi.yaml" | "mistral-openapi-files-batch.yaml" = "mistral-openapi.yaml"
): void => {
  const file = path.resolve(repository, "../shared/spec", name)
  if (!fs.existsSync(file)) {
    it.skip(`OpenAPI file (skipped: ../shared/spec/${name} is not beside the project)`, () => {})
    return
  }
  // The cast is safe: this is what is compared of the file, and a comparison fails where it is something else.
  register(readDocument(file).root as unknown as OpenApi)
}

/** The operation of an endpoint. */
export const operationOf = (
  openApi: OpenApi,
  endpoint: { readonly method: string; readonly path: string }
): Operation | undefined => openApi.paths[endpoint.path]?.[endpoint.method.toLowerCase()]

/** The schema of a JSON body. */
export const schemaOf = (content: Content | undefined): Property | undefined =>
  content?.content?.["application/json"]?.schema

/** The name of a schema that is referred to. */
export const nameOf = (property: Property | undefined): string | undefined => property?.$ref?.split("/").at(-1)
