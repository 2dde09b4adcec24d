/** Mistral's OpenAPI file. It stays outside the project and is read where it lies. */
import * as Yaml from "effect/encoding/Yaml"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")
const file = path.resolve(repository, "../shared/spec/mistral-openapi.yaml")

/** What of a schema is looked at by hand. */
export interface Property {
  readonly type?: string
  readonly enum?: ReadonlyArray<string>
  readonly anyOf?: ReadonlyArray<Property>
  readonly $ref?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

/** What of the file is looked at by hand. */
export interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, {
      readonly requestBody?: { readonly content: Record<string, { readonly schema: Property }> }
    }>
  >
  readonly components: {
    readonly schemas: Record<string, {
      readonly properties?: Record<string, Property>
      readonly required?: ReadonlyArray<string>
      readonly enum?: ReadonlyArray<string>
    }>
  }
}

/** The file, if it is beside the project. */
// Effect's parser does not know a sequence that begins on the line of its own dash: there it is given a line of its own.
export const openApi: OpenApi | undefined = fs.existsSync(file)
  ? Yaml.parse(fs.readFileSync(file, "utf8").replace(/^( *)- (?=- )/gm, "$1-\n$1  ")) as OpenApi
  : undefined

/** Why nothing is compared with the file. */
export const missing = "shared/spec/mistral-openapi.yaml is not beside the project: nothing is compared with it"
