/** An OpenAPI file as JSON: reading it, and following its JSON pointers. */
import * as Yaml from "effect/encoding/Yaml"
import { readFileSync } from "node:fs"

/** An object of the file. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A place in the file: the value there, and the JSON pointer that leads to it. */
export interface Located {
  readonly value: unknown
  readonly pointer: string
}

/** Why a file cannot be compared, in one sentence. */
export class UnreadableFile extends Error {}

/** An OpenAPI file, version 3.0 or 3.1. */
export interface Document {
  readonly file: string
  readonly root: JsonObject
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value of a key as an object, or an empty object. */
export const objectAt = (value: unknown, key: string): JsonObject => {
  const inner = isObject(value) ? value[key] : undefined
  return isObject(inner) ? inner : {}
}

/** Adds keys to a JSON pointer. */
export const pointerTo = (pointer: string, ...keys: ReadonlyArray<string | number>): string =>
  keys.reduce<string>((to, key) => `${to}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`, pointer)

/** A place below another one. */
export const below = (located: Located, ...keys: ReadonlyArray<string | number>): Located => ({
  value: keys.reduce<unknown>((inner, key) => Object(inner)[key], located.value),
  pointer: pointerTo(located.pointer, ...keys)
})

/** Parses YAML. A sequence that begins on the line of another dash is moved to a line of its own, for Effect's parser. */
export const parseYaml = (text: string): unknown => Yaml.parse(text.replace(/^( *)- (?=- )/gm, "$1-\n$1  "))

/** Reads an OpenAPI file, in YAML or JSON. Throws `UnreadableFile` for anything else. */
export const readDocument = (file: string): Document => {
  const root = parse(file, readText(file))
  if (!isObject(root)) throw new UnreadableFile(`${file} is no OpenAPI file: it is not an object.`)
  const version = root["openapi"]
  if (typeof version !== "string" || !/^3\.[01](\.|$)/.test(version)) {
    throw new UnreadableFile(
      `${file} is no OpenAPI file of version 3.0 or 3.1: ${
        version === undefined ? "it has no \"openapi\"" : `its "openapi" is ${JSON.stringify(version)}`
      }.`
    )
  }
  if (!isObject(root["paths"])) throw new UnreadableFile(`${file} describes no operations: it has no "paths".`)
  return { file, root }
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    const code = isObject(error) ? error["code"] : undefined
    throw new UnreadableFile(`${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : String(code)}.`)
  }
}

const parse = (file: string, text: string): unknown => {
  try {
    return /^\s*\{/.test(text) ? JSON.parse(text) : parseYaml(text)
  } catch (error) {
    throw new UnreadableFile(
      `${file} is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}.`
    )
  }
}

/** The place that a `$ref` names. Throws `UnreadableFile` where it leads nowhere, or out of the file. */
export const follow = ({ file, root }: Document, reference: string): Located => {
  if (!/^#(\/|$)/.test(reference)) {
    throw new UnreadableFile(`${file} refers to ${reference}, which is outside of the file.`)
  }
  const keys = reference.split("/").slice(1).map((key) =>
    decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")
  )
  const located = below({ value: root, pointer: "#" }, ...keys)
  if (located.value === undefined) throw new UnreadableFile(`${file} refers to ${reference}, which it does not have.`)
  return located
}

/** Follows `$ref`s of anything that is no schema: a parameter, a body, a response, a path. */
export const resolve = (document: Document, located: Located, seen: ReadonlyArray<string> = []): Located => {
  const reference = isObject(located.value) ? located.value["$ref"] : undefined
  if (typeof reference !== "string") return located
  if (seen.includes(reference)) throw circle(document, reference)
  return resolve(document, follow(document, reference), [...seen, reference])
}

/** References that lead in a circle describe nothing. */
export const circle = ({ file }: Document, reference: string): UnreadableFile =>
  new UnreadableFile(`${file} refers from ${reference} in a circle to itself, with no schema on the way.`)
