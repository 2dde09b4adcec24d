import type * as File from "@effect-mistral/batch/File"
import type { Emulator } from "@effect-mistral/emulator"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Raw, raw } from "../support.ts"

/** The parts of a form: texts, and files by their names. */
export type Parts = ReadonlyArray<
  readonly [name: string, value: string | { readonly name: string; readonly content: BlobPart; readonly type?: string }]
>

/** A form as browsers and Node.js make it. */
export const formOf = (parts: Parts): FormData => {
  const form = new FormData()
  for (const [name, value] of parts) {
    if (typeof value === "string") form.append(name, value)
    else form.append(name, new Blob([value.content], value.type === undefined ? {} : { type: value.type }), value.name)
  }
  return form
}

/** Uploads a form. */
export const upload = (parts: Parts, init: RequestInit = {}): Effect.Effect<Raw, never, Emulator.Emulator> =>
  raw("/v1/files", { method: "POST", body: formOf(parts), ...init })

/** Uploads a text as a file of batch requests, and gives what the API says about it. */
export const uploadText = (
  content: string,
  { name = "input.jsonl", purpose = "batch" }: { readonly name?: string; readonly purpose?: string } = {}
): Effect.Effect<File.File, never, Emulator.Emulator> =>
  Effect.map(upload([["file", { name, content }], ["purpose", purpose]]), (response) => {
    assert.strictEqual(response.status, 200, response.text)
    // The cast is safe: the tests compare the values of this response.
    return response.json as File.File
  })

/** The files of a page. */
export const listed = (query = ""): Effect.Effect<File.ListResponse, never, Emulator.Emulator> =>
  Effect.map(raw(`/v1/files${query}`), (response) => {
    assert.strictEqual(response.status, 200, response.text)
    // The cast is safe: the tests compare the values of this response.
    return response.json as File.ListResponse
  })

/** The names of the files of a page. */
export const namesOf = (query = "") => Effect.map(listed(query), ({ data }) => data.map(({ filename }) => filename))

/** What is said of each problem of a 422 response: its type and its place. */
export const problemsOf = ({ json, status, text }: Raw): ReadonlyArray<string> => {
  assert.strictEqual(status, 422, text)
  const { detail } = json as {
    readonly detail: ReadonlyArray<{ readonly type: string; readonly loc: ReadonlyArray<string> }>
  }
  return detail.map(({ loc, type }) => `${loc.join(".")} ${type}`)
}
