/**
 * Completions that do not fit their schema and are usable: whole and streamed, each is read as what the server meant.
 *
 * Every row is applied to a good completion: what the server sends in place of it, and what it is read as. `$` stands for
 * `message` in a whole response and for `delta` in a chunk.
 */
import { Completion, Content, Endpoint } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { clientOver, complete, eventStream, stream } from "./fixtures/scriptedClient.ts"
import {
  absent,
  changed,
  type Changes,
  type Json,
  type Part,
  said,
  tolerated
} from "./fixtures/toleratedCompletions.ts"

describe("a whole completion", () => {
  for (const [name, [sent, read]] of Object.entries(tolerated("message"))) {
    it.effect(`${name} is read`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(yield* whole(changed("message", sent)), changed("message", read))
      }))
  }

  const refused: Record<string, readonly [body: unknown, path: ReadonlyArray<string | number>, advice: string]> = {
    "without choices": [changed("message", { choices: absent }), ["choices"], "Report this"],
    "whose choices are null": [changed("message", { choices: null }), ["choices"], "Report this"],
    "whose choices are empty": [changed("message", { choices: [] }), ["choices"], "Report this"],
    "whose choices are an empty object": [changed("message", { choices: {} }), ["choices"], "Report this"],
    "whose only choice is null": [changed("message", { choices: [null] }), ["choices"], "Report this"],
    "that is another object": [{ status: "ok" }, [], "Check the base URL"],
    "that is an empty object": [{}, [], "Check the base URL"],
    "that is a list": [[1], [], "Check the base URL"],
    "that is a string": ["hello", [], "Check the base URL"],
    "that is null": [null, [], "Check the base URL"]
  }
  for (const [name, [body, path, advice]] of Object.entries(refused)) {
    it.effect(`${name} is an InvalidResponse`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(whole(body))
        assert.isTrue(error.reason._tag === "InvalidResponse" && error.reason.kind === "schema")
        if (error.reason._tag !== "InvalidResponse") return
        assert.deepStrictEqual(error.reason.issues.map(({ path }) => path), [path])
        assert.include(error.message, advice)
      }))
  }
})

describe("a chunk", () => {
  for (const [name, [sent, read]] of Object.entries(tolerated("delta"))) {
    it.effect(`${name} is read, with the fast path and without`, () =>
      Effect.gen(function*() {
        const chunksWith = (changes: Changes) =>
          ["a", "b", "c", "d"].map((text) => changed("delta", { "choices.0.$.content": text, ...changes }))
        const [chunks, expected] = [chunksWith(sent), chunksWith(read)]
        for (const fastPath of [true, false]) {
          const given = yield* Stream.runCollect(stream({ fastPath })).pipe(
            Effect.provide(clientOver([ScriptedHttpClient.sse([...chunks, good])]))
          )
          assert.deepStrictEqual<unknown>(given, [...expected, good])
        }
      }))
  }

  const withoutChoices: Record<string, readonly [event: string, read: Json]> = {
    "with the usage alone": [
      "data: {\"id\":\"1\",\"model\":\"m\",\"usage\":{\"prompt_tokens\":1}}\n\n",
      { id: "1", model: "m", usage: { prompt_tokens: 1 } }
    ],
    "whose choices are null": ["data: {\"id\":\"1\",\"choices\":null}\n\n", { id: "1" }],
    "of the type ping": ["data: {\"type\":\"ping\"}\n\n", { type: "ping" }],
    "named ping": ["event: ping\ndata: {}\n\n", {}],
    "that is empty": ["data: {}\n\n", {}]
  }
  for (const [name, [event, read]] of Object.entries(withoutChoices)) {
    it.effect(`${name} is a chunk without choices`, () =>
      Effect.gen(function*() {
        const chunks = yield* streamed(`${event}${goodEvent}${event}${done}`)
        const empty = { id: "", model: "", choices: [], ...read }
        assert.deepStrictEqual<unknown>(chunks, [empty, good, empty])
      }))
  }

  for (const data of ["", " ", "\ndata:", "null", " null ", "\"\""]) {
    for (const name of ["", "event: ping\n", "id: 1\n"]) {
      it.effect(`is no event with ${JSON.stringify(`${name}data:${data}`)}, which keeps the connection alive`, () =>
        Effect.gen(function*() {
          const alive = `${name}data:${data}\n\n`
          assert.deepStrictEqual<unknown>(yield* streamed(`${alive}${goodEvent}${alive}${done}`), [good])
        }))
    }
  }

  for (const data of ["\"text\"", "1", "true", "[]", `[${JSON.stringify(changed("delta", {}))}]`]) {
    it.effect(`is an InvalidResponse where it is ${data.slice(0, 10)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(streamed(`data: ${data}\n\n${goodEvent}${done}`))
        assert.isTrue(error.reason._tag === "InvalidResponse" && error.reason.kind === "schema")
        assert.include(error.message, "Check the base URL")
      }))
  }
})

describe("a piece of content", () => {
  const unknown: ReadonlyArray<readonly [piece: unknown, read: Json]> = [
    [{ type: "text" }, { type: "unknown:text" }],
    [{ type: "text", text: null }, { type: "unknown:text", text: null }],
    [{ type: "text", text: { value: "a" } }, { type: "unknown:text", text: { value: "a" } }],
    [{ type: "text", text: [5] }, { type: "unknown:text", text: [5] }],
    [{ type: "thinking", thinking: "Hm", signature: "s" }, {
      type: "unknown:thinking",
      thinking: "Hm",
      signature: "s"
    }],
    [{ type: "thinking" }, { type: "unknown:thinking" }],
    [{ type: "image_url", image_url: null }, { type: "unknown:image_url", image_url: null }],
    [{ type: "image_url", image_url: { href: "u" } }, { type: "unknown:image_url", image_url: { href: "u" } }],
    [{ type: "document_url", url: "u" }, { type: "unknown:document_url", url: "u" }],
    [{ type: "file", file: { id: "f" } }, { type: "unknown:file", file: { id: "f" } }],
    [{ type: "reference", reference_ids: null }, { type: "unknown:reference", reference_ids: null }],
    [{ type: "reference", reference_ids: [1, null] }, { type: "unknown:reference", reference_ids: [1, null] }],
    [{ type: "reference", reference_ids: "1" }, { type: "unknown:reference", reference_ids: "1" }],
    [{ type: "tool_reference", title: "t" }, { type: "unknown:tool_reference", title: "t" }],
    [{ type: "input_audio", input_audio: { data: "d" } }, { type: "unknown:input_audio", input_audio: { data: "d" } }],
    [{ type: 5, text: "a" }, { type: "5", text: "a" }],
    [{ type: { name: "text" } }, { type: "unknown:{\"name\":\"text\"}" }],
    [{ foo: 1 }, { type: "unknown", foo: 1 }],
    [{}, { type: "unknown" }],
    [5, { type: "unknown", value: 5 }],
    [[1], { type: "unknown", value: [1] }]
  ]
  for (const [piece, read] of unknown) {
    it.effect(`is of an unknown kind where it is ${JSON.stringify(piece)}, and keeps its values`, () =>
      Effect.gen(function*() {
        const response = yield* whole(changed("message", { "choices.0.$.content": [piece, said] }))
        const chunk = (yield* streamed(
          `data: ${JSON.stringify(changed("delta", { "choices.0.$.content": [piece, said] }))}\n\n${done}`
        ))[0]
        for (const content of [response.choices[0]?.message?.content, chunk?.choices[0]?.delta.content]) {
          assert.deepStrictEqual<unknown>(content, [read, said])
          if (typeof content === "object") assert.isTrue(content?.[0] && Content.isUnknown(content[0]))
        }
        assert.strictEqual(Completion.text(response), "a")
        assert.strictEqual(chunk && Completion.chunkText(chunk), "a")
      }))
  }
})

describe("the repair of a response", () => {
  it.effect.prop(
    "reads every chunk of which keys are missing, and the result fits the schema",
    [Schema.Array(damage)],
    ([damages]) =>
      Effect.sync(() => {
        const chunk = Endpoint.chat.stream.repair?.(damaged(rich("delta"), damages))
        assert.isTrue(Schema.is(Completion.Chunk)(chunk), JSON.stringify(chunk))
      })
  )

  it.effect.prop(
    "reads every whole response of which keys are missing, unless no choice is left",
    [Schema.Array(damage)],
    ([damages]) =>
      Effect.sync(() => {
        const response = Endpoint.chat.complete.repair?.(damaged(rich("message"), damages))
        assert.isTrue(Schema.is(Completion.Response)(response), JSON.stringify(response))
      })
  )

  it.effect.prop(
    "never throws, and what it reads twice stays the same",
    [Schema.Array(Schema.Tuple([Schema.Natural, Schema.Json]))],
    ([replacements]) =>
      Effect.sync(() => {
        for (const part of ["message", "delta"] as const) {
          const { repair } = part === "message" ? Endpoint.chat.complete : Endpoint.chat.stream
          const read = repair?.(replaced(rich(part), replacements))
          assert.deepStrictEqual(repair?.(read), read)
        }
      })
  )
})

const good = changed("delta", {})

const goodEvent = `data: ${JSON.stringify(good)}\n\n`

const done = "data: [DONE]\n\n"

/** Requests a whole completion that a server sends in one form. */
const whole = (body: unknown) => complete().pipe(Effect.provide(clientOver([ScriptedHttpClient.json(body)])))

/** Requests a stream whose body is a text. */
const streamed = (text: string) =>
  Stream.runCollect(stream()).pipe(
    Effect.provide(clientOver([ScriptedHttpClient.bytes([text], { headers: eventStream })]))
  )

/** A place of a body, and the value that it has instead. */
const damage = Schema.Struct({ at: Schema.Natural, by: Schema.Literals(["absent", "null", "empty"]) })

/** A completion with everything that its schema knows. */
const rich = (part: Part): Json => {
  const content = [
    said,
    {
      type: "thinking",
      thinking: [said, { type: "reference", reference_ids: [1, "a"] }],
      signature: "s",
      closed: true
    },
    { type: "tool_reference", tool: "t", title: "t", url: "u", favicon: null, description: "d" },
    { type: "image_url", image_url: { url: "u", detail: "low" } },
    { type: "image_url", image_url: "u" },
    { type: "document_url", document_url: "u", document_name: "n" },
    { type: "file", file_id: "f" },
    { type: "input_audio", input_audio: "a" },
    { type: "new", key: [1] }
  ]
  const tool_calls = [
    { id: "a", type: "function", function: { name: "f", arguments: "{}" }, index: 0 },
    { function: { name: "g", arguments: { a: [1] } } }
  ]
  // A copy, because the properties change it, and `said` is a part of it twice.
  return structuredClone(changed(part, {
    choices: [
      { index: 0, [part]: { role: "assistant", content: "a", tool_calls, prefix: true }, finish_reason: "stop" },
      { index: 1, [part]: { content, metadata: { a: 1 } }, finish_reason: null }
    ],
    "usage.prompt_tokens_details": { cached_tokens: 1 }
  }))
}

const damaged = (body: Json, damages: ReadonlyArray<typeof damage.Type>): unknown => {
  for (const { at, by } of damages) {
    change(body, at, by === "absent" ? undefined : by === "null" ? null : "")
  }
  return body
}

const replaced = (body: Json, replacements: ReadonlyArray<readonly [at: number, by: unknown]>): unknown => {
  // Copies, because generated values are shared with other runs and tests, and a later replacement may be inside of one.
  for (const [at, by] of replacements) change(body, at, structuredClone(by))
  return body
}

/** Puts a value at the `at`th of all places of a body, or leaves that place out. */
const change = (body: Json, at: number, value: unknown): void => {
  const places = placesOf(body)
  const [parent, key] = places[at % places.length] ?? [{}, ""]
  if (value !== undefined) Reflect.set(parent, key, value)
  else if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else Reflect.deleteProperty(parent, key)
}

const placesOf = (value: object): ReadonlyArray<readonly [parent: object, key: string]> =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
    [value, key] as const,
    ...(typeof inner === "object" && inner !== null ? placesOf(inner) : [])
  ])
