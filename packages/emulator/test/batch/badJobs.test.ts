/** Requests that create no job, and jobs whose input is not valid. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { local, postTo, raw } from "../support.ts"
import { addLines, create, ended, memory, question, questions, removeFile, resultsOf, until } from "./batchSupport.ts"

const post = postTo("/v1/batch/jobs")

const chat = "/v1/chat/completions"

const nobody = "00000000-0000-4000-8000-00000000000f"

describe("a request that creates no job", () => {
  const one = [{ body: question("Hi") }]
  const tooMany = Array.from({ length: 10_001 }, () => ({ body: {} }))
  const key = (length: number) => "k".repeat(length)
  const cases: ReadonlyArray<readonly [string, unknown, ReadonlyArray<ReadonlyArray<string | number>>]> = [
    ["of an endpoint that the API has not", { endpoint: "/v1/dreams", requests: one }, [["body", "endpoint"]]],
    ["without an endpoint", { requests: one }, [["body", "endpoint"]]],
    ["with neither files nor requests", { endpoint: chat }, [["body"]]],
    ["with files and requests", { endpoint: chat, input_files: [nobody], requests: one }, [["body"]]],
    ["with no file", { endpoint: chat, input_files: [] }, [["body"]]],
    ["with no request", { endpoint: chat, requests: [] }, [["body"]]],
    ["with more than 10,000 requests", { endpoint: chat, requests: tooMany }, [["body", "requests"]]],
    ["with a request that has no body", { endpoint: chat, requests: [{ custom_id: "1" }] }, [
      ["body", "requests", 0, "body"]
    ]],
    ["with a file that has no UUID", { endpoint: chat, input_files: [nobody, "file-1"] }, [["body", "input_files", 1]]],
    ["with an empty metadata key", { endpoint: chat, requests: one, metadata: { "": "a" } }, [[
      "body",
      "metadata",
      ""
    ]]],
    ["with a long metadata key", { endpoint: chat, requests: one, metadata: { [key(33)]: "a" } }, [
      ["body", "metadata", key(33)]
    ]],
    ["with an empty metadata value", { endpoint: chat, requests: one, metadata: { a: "" } }, [[
      "body",
      "metadata",
      "a"
    ]]],
    ["with a long metadata value", { endpoint: chat, requests: one, metadata: { a: key(513) } }, [
      ["body", "metadata", "a"]
    ]],
    ["with metadata that is no text", { endpoint: chat, requests: one, metadata: { a: 1 } }, [[
      "body",
      "metadata",
      "a"
    ]]],
    ["with no timeout", { endpoint: chat, requests: one, timeout_hours: 0 }, [["body", "timeout_hours"]]],
    ["with a timeout of more than a week", { endpoint: chat, requests: one, timeout_hours: 169 }, [
      ["body", "timeout_hours"]
    ]],
    ["with half hours in its timeout", { endpoint: chat, requests: one, timeout_hours: 1.5 }, [[
      "body",
      "timeout_hours"
    ]]],
    ["by an agent that should embed", { endpoint: "/v1/embeddings", requests: one, agent_id: "ag_emulator" }, [
      ["body", "agent_id"]
    ]],
    ["by an agent and a model", { endpoint: chat, requests: one, agent_id: "ag_emulator", model: "mistral-small" }, [
      ["body", "model"]
    ]],
    ["with a key that the API has not", { endpoint: chat, requests: one, priority: 1 }, [["body", "priority"]]]
  ]

  it.effect("is a 422 that names the place", () =>
    Effect.gen(function*() {
      for (const [name, body, places] of cases) {
        const { json, status } = yield* post(body)
        assert.strictEqual(status, 422, name)
        const problems = (json as { readonly detail: ReadonlyArray<{ readonly loc: unknown }> }).detail
        assert.deepStrictEqual(problems.map(({ loc }) => loc), places as ReadonlyArray<unknown>, name)
      }
      assert.strictEqual((yield* post("{")).status, 422)
      assert.deepInclude((yield* raw("/v1/batch/jobs")).json as object, { data: [], total: 0 })
    }).pipe(Effect.provide(local())))

  it.effect("is a 404 for a file that is not there", () =>
    Effect.gen(function*() {
      const file = yield* addLines(questions(1))
      yield* removeFile(file)
      for (const id of [file, nobody]) {
        const error = yield* Effect.flip(create({ input_files: [id] }))
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, id)
      }
    }).pipe(Effect.provide(memory())))

  it.effect("is a 400 for a file of another purpose, and for an endpoint that the emulator has not", () =>
    Effect.gen(function*() {
      const { addFile } = yield* Emulator.Emulator
      const error = yield* Effect.flip(create({ input_files: [yield* addFile("{}", { purpose: "ocr" })] }))
      assert.match(error.message, /400.*has the purpose ocr, not batch/)
      const other = yield* Effect.flip(create({ endpoint: "/v1/conversations", requests: questions(1) }))
      assert.match(other.message, /400.*The emulator has no \/v1\/conversations for batch jobs/)
    }).pipe(Effect.provide(memory())))

  it.effect("needs the key, and other methods are refused", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post({}, { headers: { authorization: "Bearer wrong" } })).status, 401)
      assert.strictEqual((yield* raw("/v1/batch/jobs", { method: "PUT" })).status, 405)
      assert.strictEqual((yield* raw(`/v1/batch/jobs/${nobody}/cancel`)).status, 405)
      for (const method of ["GET", "DELETE"]) {
        assert.strictEqual((yield* raw(`/v1/batch/jobs/${nobody}`, { method })).status, 404)
        assert.strictEqual((yield* raw("/v1/batch/jobs/first", { method })).status, 422)
      }
      assert.strictEqual((yield* raw(`/v1/batch/jobs/${nobody}/cancel`, { method: "POST" })).status, 404)
    }).pipe(Effect.provide(local())))
})

describe("a job whose input is not valid", () => {
  const good = (id: string) => ({ custom_id: id, body: question("Hi") })
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<unknown>, ReadonlyArray<string>]> = [
    ["has a line that is not JSON", [good("1"), "{\"custom_id\":", good("2")], ["line 2 is not JSON"]],
    ["has a line that is no object", [good("1"), "[]", "7"], ["line 2 is not a JSON object (and 1 more)"]],
    ["has a line without a body", ["", good("1"), { custom_id: "2" }], ["line 3 has no body"]],
    ["has a body that is no object", [good("1"), { custom_id: "2", body: "Hi" }], [
      "line 2 has a body that is not an object"
    ]],
    ["has a number as custom_id", [{ ...good("1"), custom_id: 1 }], ["line 1 has a custom_id that is not a string"]],
    ["is nested too deeply", [good("1"), `{"body":${"[".repeat(2000)}${"]".repeat(2000)}}`], [
      "line 2 is nested too deeply"
    ]],
    ["has a custom_id twice", [good("1"), good("2"), good("1"), good("1")], [
      "line 3 has the custom_id of line 1 (and 1 more)"
    ]],
    ["is wrong in several ways", ["nothing", {}, "nothing"], ["line 1 is not JSON (and 1 more)", "line 2 has no body"]]
  ]
  for (const [name, lines, messages] of cases) {
    it.effect(`fails before its first request where it ${name}`, () =>
      Effect.gen(function*() {
        const job = yield* ended((yield* create({ input_files: [yield* addLines(lines)] })).id)
        assert.deepInclude(job, {
          status: "FAILED",
          output_file: null,
          error_file: null,
          completed_requests: 0,
          started_at: null
        })
        assert.sameMembers(
          job.errors.map(({ message }) => message),
          messages.map((message) => `The input is not valid: ${message}`)
        )
      }).pipe(Effect.provide(memory())))
  }

  it.effect("fails where its file is empty, or only blank", () =>
    Effect.gen(function*() {
      for (const lines of [[], ["", "  ", "\r"]]) {
        const job = yield* ended((yield* create({ input_files: [yield* addLines(lines)] })).id)
        assert.strictEqual(job.status, "FAILED")
        assert.deepStrictEqual(job.errors, [{ message: "The input has no requests", count: 1 }])
      }
    }).pipe(Effect.provide(memory())))

  it.effect("fails where two files share a custom_id, and names both places", () =>
    Effect.gen(function*() {
      const files = [yield* addLines([good("1"), good("2")]), yield* addLines([good("3"), good("2")])]
      const job = yield* ended((yield* create({ input_files: files })).id)
      assert.deepStrictEqual(job.errors, [{
        message: `The input is not valid: line 2 of ${files[1]} has the custom_id of line 2 of ${files[0]}`,
        count: 1
      }])
      const inline = yield* ended((yield* create({ requests: [good("1"), good("1")] })).id)
      assert.deepStrictEqual(inline.errors, [{
        message: "The input is not valid: request 2 has the custom_id of request 1",
        count: 1
      }])
    }).pipe(Effect.provide(memory())))

  it.effect("fails where an input file is removed in the middle, and keeps what was done", () =>
    Effect.gen(function*() {
      const files = [yield* addLines(questions(500)), yield* addLines([good("late")])]
      const { id } = yield* create({ input_files: files })
      yield* until(id, ({ status }) => status === "RUNNING")
      yield* TestClock.adjust("1 second")
      yield* until(id, ({ completed_requests }) => completed_requests === 100)
      yield* removeFile(files[1]!)
      yield* TestClock.adjust("1 minute")
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "FAILED", succeeded_requests: 500, total_requests: 501 })
      assert.deepStrictEqual(job.errors, [{
        message: "An input file was removed before the job had read all of it",
        count: 1
      }])
      assert.strictEqual((yield* resultsOf(job)).succeeded.length, 500)
    }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 100 }))))
})

describe("an input", () => {
  it.effect("may have a byte order mark, blank lines and ends of lines of any kind", () =>
    Effect.gen(function*() {
      const line = (id: string) => JSON.stringify({ custom_id: id, body: question("Hi") })
      const file = yield* addLines([`\uFEFF${line("1")}\r`, "", line("2"), "   ", `${line("3")}\r`, ""])
      const job = yield* ended((yield* create({ input_files: [file] })).id)
      assert.deepInclude(job, { status: "SUCCESS", total_requests: 3, succeeded_requests: 3 })
    }).pipe(Effect.provide(memory())))

  it.effect("may be several files, and lines may have keys that other batch APIs want", () =>
    Effect.gen(function*() {
      const more = { method: "POST", url: chat, body: question("Hi") }
      const files = [yield* addLines([{ custom_id: "1", ...more }]), yield* addLines([{ custom_id: "2", ...more }])]
      const job = yield* ended((yield* create({ input_files: files })).id)
      assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: 2, input_files: files })
    }).pipe(Effect.provide(memory())))
})

describe("a request of a job", () => {
  it.effect("that is not valid is a failure like the live one, and the others are answered", () =>
    Effect.gen(function*() {
      const bodies = [
        question("Hi"),
        question("Hi", { temperature: 9 }),
        question("Hi", { temperature: 9 }),
        question("Hi", { model: "gpt-none" }),
        question("Hi", { stream: true }),
        { messages: [{ role: "assistant", content: "" }] }
      ]
      const { id } = yield* create({ requests: bodies.map((body, at) => ({ custom_id: String(at), body })) })
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "SUCCESS", succeeded_requests: 1, failed_requests: 5 })
      assert.deepStrictEqual(job.errors.map(({ count }) => count), [2, 1, 1, 1])
      const { failed } = yield* resultsOf(job)
      const live = postTo("/v1/chat/completions")
      for (const { custom_id, error, response } of failed) {
        const body = { model: "mistral-small-latest", ...bodies[Number(custom_id)] }
        // A live request may be streamed.
        const expected = custom_id === "4" ? undefined : yield* Effect.provide(live(body), local())
        assert.strictEqual(response.status_code, expected?.status ?? 400)
        if (expected !== undefined) assert.deepStrictEqual(response.body, expected.json as typeof response.body)
        assert.include(job.errors.map(({ message }) => message), error?.message)
      }
      assert.includeMembers(job.errors.map(({ message }) => message), [
        "Invalid model: gpt-none",
        "Requests of a batch job cannot be streamed."
      ])
      assert.deepStrictEqual(job.errors[0], {
        message: "body.temperature: Input should be less than or equal to 1.5",
        count: 2
      })
    }).pipe(Effect.provide(memory())))
})
