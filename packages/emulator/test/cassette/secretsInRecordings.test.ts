/**
 * A recording holds no secret, in whatever form the API sends it back.
 */
import { Cassette } from "@effect-mistral/emulator"
import * as ScriptedHttpClient from "@effect-mistral/testing/ScriptedHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { asking, recording, request } from "./cassetteClient.ts"
import { namesIn, temporary } from "./cassetteSupport.ts"

const key = "sk+a/b\"c=0123456789"
const utf16 = Array.from(key, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).join("")

const forms: Record<string, string> = {
  "as it is": key,
  "in JSON": JSON.stringify(key).slice(1, -1).replaceAll("/", "\\/"),
  "in escapes of JSON": utf16,
  "in a URL": encodeURIComponent(key).toLowerCase(),
  "in base64": Buffer.from(`user:${key}`).toString("base64"),
  "in base64 for URLs": Buffer.from(key).toString("base64url")
}

/** The ways in which a program gives its key. */
const givenIn: Record<string, (one: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest> = {
  authorization: HttpClientRequest.setHeader("authorization", `Bearer ${key}`),
  "api-key": HttpClientRequest.setHeader("api-key", key),
  "ocp-apim-subscription-key": HttpClientRequest.setHeader("ocp-apim-subscription-key", key),
  "a query parameter": HttpClientRequest.setUrlParam("api-key", key),
  "a password": HttpClientRequest.basicAuth("user", key)
}

describe("a recording", () => {
  for (const [where, give] of Object.entries(givenIn)) {
    it.effect(`holds no key that was given in ${where}`, () =>
      Effect.gen(function*() {
        for (const [how, form] of Object.entries(forms)) {
          const directory = yield* temporary
          const events = `data: {"text":"a ${form} b"}\n\ndata: [DONE]\n\n`
          const at = events.indexOf(form)
          const script = [
            ScriptedHttpClient.text(`no ${form}!`, { status: 401, headers: { "x-echo": form, "x-api-key": form } }),
            ScriptedHttpClient.bytes([events.slice(0, at + 3), events.slice(at + 3, at + 9), events.slice(at + 9)], {
              headers: { "content-type": "text/event-stream" }
            })
          ]
          const body = `{"a":"${form === key ? utf16 : form}"}`
          yield* Effect.provide(
            asking(give(request("/v1/one", body)), give(request(`/v1/two`))),
            recording(directory, script, { headers: [where] })
          )
          const fs = yield* FileSystem.FileSystem
          const files = yield* Effect.forEach(yield* namesIn(directory), (name) =>
            fs.readFileString(`${directory}/${name}`))
          assert.lengthOf(files, 2)
          for (const file of files) {
            for (const other of [form, key, "0123456789", Buffer.from("0123456789").toString("base64").slice(0, 8)]) {
              assert.notInclude(file, JSON.stringify(other).slice(1, -1), how)
            }
          }
          const recorded = yield* Cassette.read(directory)
          const [streamed] = recorded.flatMap(({ cassette: { response } }) =>
            response.body !== undefined && "pieces" in response.body ? [response.body.pieces] : []
          )
          const text = streamed?.map((piece) =>
            "text" in piece ? piece.text : ""
          ).join("") ?? ""
          if (!how.startsWith("in base64")) assert.strictEqual(text, events.replace(form, () => "<redacted>"), how)
        }
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  }
})
