/** The bodies of Mistral's documentation and of recordings. They are kept outside the project and read from there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { finishMetadata, joined, type Json, partOf, streamed, whole } from "./fixtures/parts.ts"

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../../shared/spec/examples")

const names = fs.existsSync(folder)
  ? fs.readdirSync(folder).filter((name) => /^(?:chat|agents)-.*(?:response|\.chunks)/.test(name)).sort()
  : []

/** Those that are no success: without choices, failed, or of another endpoint. */
const failing = /finish-error|cached-tokens|chat-moderations|error-payload/

describe("the parts of an example", () => {
  if (names.length === 0) it.skip("(skipped: ../shared/spec/examples is not beside the project)", () => {})

  for (const name of names.filter((name) => !failing.test(name))) {
    const body = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as object
    // What the example says is found by its own words, not by those of the conversion.
    const said = JSON.stringify(body)

    it.effect(`hold all that ${name} says`, () =>
      Effect.gen(function*() {
        const stream = Array.isArray(body) ? yield* streamed(body, { deferred: true }) : undefined
        assert.isUndefined(stream?.reason)
        const parts = stream === undefined ? yield* whole(body, { deferred: true }) : joined(stream.parts)
        const held = JSON.stringify(parts)
        for (const text of textsOf(body)) assert.include(held, JSON.stringify(text).slice(1, -1))
        const usage = [body].flat().map((part) => (part as { readonly usage?: object }).usage).findLast(Boolean)
        if (usage !== undefined) assert.deepPropertyVal(finishMetadata(parts), "usage", usage)
        assert.strictEqual(partOf(parts, "response-metadata")["id"], /"id":"([^"]*)"/.exec(said)![1])
        assert.strictEqual(parts.at(-1)?.type, "finish")
      }))
  }
})

/** The strings of a body, apart from names and from those that a stream joins. */
const textsOf = (value: unknown, key = ""): ReadonlyArray<string> => {
  if (typeof value === "string") return ignored.includes(key) ? [] : [value]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value as Json).flatMap(([key, inner]) => textsOf(inner, key))
}

const ignored = ["object", "type", "role", "arguments", "p", "finish_reason"]
