import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { examples, fileOf } from "../list.ts"
import { assertPrints } from "./prints.ts"
import { runExample } from "./runExample.ts"

const folder = dirname(dirname(fileURLToPath(import.meta.url)))

/** The output of each example, in order. A program without an entry here fails the test below. */
const expected: Record<string, ReadonlyArray<RegExp>> = {
  "quickstart.ts": [
    /\S+ \S+ \S+/,
    /model: +mistral-small/,
    /finish reason: stop/,
    /usage: +\d+ prompt tokens, \d+ completion/
  ],
  "agents.ts": [/mistral-medium-latest: \S+ \S+/, /\n\S+ \S+ \S+/, /\(\d+ tokens, then (stop|length)\)/],
  "fim.ts": [
    /^export const mean = .*\n {2}const total = (mean|values|total|ReadonlyArray)\b/,
    /\n}\n\nconsole\.log\(mean\(\[1, 2, 3\]\)\)\n/,
    /\/\/ \d+ tokens suggested by codestral-latest/
  ],
  "complete.ts": [/^1: \S+/m, /^2: \S+/m, /^\d+ tokens/m],
  "embeddings.ts": [
    /^0\.[3-9]\d {2}A parcel arrives within three working days in France\.$/m,
    /^0\.[2-9]\d {2}You may return a parcel/m,
    /^-?0\.[01]\d {2}Reset your password/m
  ],
  "extraction.ts": [
    /^\S+ \S+, -?\d+(\.\d+)? (EUR|USD|GBP), \d+ items: \d+ tokens$/m,
    /^\S+ \S+, -?\d+(\.\d+)? (EUR|USD|GBP), \d+ items: \d+ tokens$/m,
    /^not read \(finish reason: length\): \d+ tokens$/m,
    /^in total: \d{3} tokens$/m
  ],
  "batch-classify.ts": [
    /^job 1: 9900 of 10000 classified$/m,
    /^job 2: 100 of 100 classified$/m,
    /^the rows are in .*labels\.jsonl$/m
  ],
  "batch-durable.ts": [
    /^completed: 1800 answered, 0 failed, 200 identical$/m,
    /^cost: 0\.\d+, perhaps paid twice: 0 requests$/m,
    /^the results are in .*\.jsonl$/m
  ],
  "batch-kill.ts": [
    /^killed after \d+ requests$/m,
    /^killed after \d+ requests$/m,
    /^completed: 900 answered, 0 failed, 100 identical$/m,
    /^cost: 0\.\d+, perhaps paid twice: [1-6]?\d requests$/m,
    /^the emulator saw 9\d\d requests$/m
  ],
  "batch-jobs-route.ts": [/^1800 answered, 0 failed, 200 identical$/m],
  "moderation.ts": [
    /^- When do the trains .*\n {2}\w+ \w+/m,
    /^- Can I sue .*\n {2}\w+ \w+/m,
    /^- Send the contract .*\n {2}\(not answered: pii\)$/m
  ],
  "ocr.ts": [
    /^3 pages with \d images, in \S+\.md$/m,
    /^page 0, \d+ px: # 2201 04234$/m,
    /^page 1, \d+ px: ## 2\. \w+$/m,
    /^The .+ \((19|20)\d\d\): \w+/m
  ],
  "classify.ts": [/^Where is my parcel\? -> \w+: \w+/m, /^Please cancel my order of yesterday\. -> \w+: \w+/m],
  "structured-output.ts": [
    /\((novel|essay|poetry|drama), -?\d+\), a Book/,
    /so far: +\{/,
    /complete: \{.*"authors":\[/
  ],
  "tools.ts": [
    /^get_weather: {"city":"Zurich","celsius":4}\nexchange: 95\nget_trains: {"error":"There is no timetable for today"}$/m,
    /^exchange: {"error":"The arguments of the tool exchange do not fit: euros: Expected number\..*"}$/m,
    /^get_flights: {"error":"There is no tool named get_flights"}\nTake a coat and 95 francs/m,
    /^I look that up\.$/m,
    /^get_weather: .*\nexchange: 95\nget_trains: {"error"/m,
    /^get_flights: {"error":.*\nTake a coat and 95 francs/m
  ],
  "deployments.ts": [/^Mistral: +\S+/m, /^OpenAI-compatible: +\S+/m],
  "error-handling.ts": [
    /^1\. \S+/m,
    /^2\. never sent: temperature: Expected a value between 0 and 1\.5/m,
    /^3\. refused with code 1500: Invalid model: no-such-model/m
  ],
  "search-events.ts": [
    /^timestamp +model_name +total_time_elapsed +output_tokens +last_user_message_preview$/m,
    /^20\d\d-\d\d-\d\dT[\d:.]+Z  (mistral|ministral)-\S+ +[\d.]+ +\d+ +\S+/m,
    /^[1-9]\d? events$/m
  ],
  "export-events.ts": [/^1000 events, \d{6,} bytes, in \S+\.jsonl$/m],
  "judge-events.ts": [/^(friendly|neutral|harsh) +\d+ +#+$/m, /^100 events judged$/m],
  "campaign.ts": [
    /^started: Answers about passwords$/m,
    /^ended: +COMPLETED$/m,
    /^scores: +(1\d\d|200), \d\.\d of 10 on average$/m
  ],
  "telemetry.ts": [
    /^span chat mistral-small-latest$/m,
    /^ {2}gen_ai\.usage\.output_tokens: \d+$/m,
    /^ {2}gen_ai\.response\.time_to_first_chunk: [\d.]+$/m,
    /^span painter$/m,
    /^metric gen_ai\.client\.operation\.time_per_output_chunk: \d+ x, sum \d/m,
    /^metric gen_ai\.client\.operation\.duration: 1 x, sum \d/m,
    /^metric gen_ai\.client\.token\.usage: 1 x, sum \d+\nmetric gen_ai\.client\.token\.usage: 1 x, sum \d+$/m
  ],
  "custom-retry.ts": [
    /attempt 1 failed, the next one in 100 ms/,
    /attempt 2 failed, the next one in 200 ms/,
    /Hello at last\./,
    /without retries: .*503 server error: Service unavailable/
  ],
  "cli.ts": [/^\S+ \S+ \S+.*\n$/],
  "editor.ts": [
    /^typed: {5}const $/m,
    /^typed: {5}const mean = sum\($/m,
    /^suggested: .*mean.*\)$/m
  ],
  "nightly-export.ts": [/Chats of 20\d\d-\d\d-\d\d: 0 records before, \d+ added/],
  "fallback.ts": [
    /^complete: mistral-small-latest answered$/m,
    /^stream: {3}mistral-small-latest answered$/m,
    /^cut: {6}mistral-large-latest wrote "\S+ \S+ \S+", then it failed:$/m,
    /^Chat\.stream .*: connection lost after 4 chunks: /m
  ],
  "circuit-breaker.ts": [
    /^Chat\.complete .*: 503 capacity exceeded/m,
    /^Chat\.complete .*: 503 capacity exceeded/m,
    /^Chat\.complete .*: 503 capacity exceeded/m,
    /^Chat\.complete .*: Circuit open\b/m,
    /^3 requests were sent$/m
  ],
  "ai-generate-text.ts": [
    /^mistral-small-latest: \S+ \S+/m,
    /^finish reason: stop, \d+ tokens$/m,
    /^\S+ \S+/m,
    /^refused with status 400: .*Invalid model: no-such-model/m
  ],
  "ai-toolkit.ts": [
    /^book_table failed: {"_tag":"FullyBooked","free":\[21,22\]}$/m,
    /^get_weather gave: {"celsius":4}$/m,
    /^book_table failed: {.*"ToolParameterValidationError".*}\nIt is 4 degrees, and I may book you a table at 21:00\.$/m
  ],
  "ai-stream-tools.ts": [
    /^I look that up\.$/m,
    /^get_weather {"city":"Zurich"}\nexchange {"euros":100,"to":"CHF"}$/m,
    /^get_weather gave {"celsius":4}\nexchange gave 95\n\(tool-calls, \d+ tokens\)\nTake a coat and 95 francs\.\n\(stop, \d+ tokens\)$/m
  ],
  "ai-generate-object.ts": [/^\S+.*: -?\d+(\.\d+)? (EUR|USD|GBP), due \d{4}-\d\d-\d\d$/m, /^\d+ items, \d+ tokens$/m],
  "ai-chat.ts": [
    /^mistral-small-latest: Nice to meet you, Alice\. \(2 messages\)$/m,
    /^mistral-small-latest: Your name is Alice\. \(4 messages\)$/m,
    /^mistral-large-latest: Your name is Alice\. \(6 messages\)$/m
  ],
  "ai-tool-loop.ts": [
    /^(searching Water Lilies\n){3}Monet painted them in Giverny\. \(after 4 rounds, 8 messages\)$/m
  ],
  "ai-execution-plan.ts": [
    /^model 1 failed: .*503.*\nmistral-small-latest: Claude Monet\.$/m,
    /^model 1 failed: .*503.*\nClaude Monet\.$/m
  ],
  "ai-rag.ts": [
    /^0\.[3-9]\d {2}A parcel arrives within three working days in France\.$/m,
    /^0\.[2-9]\d {2}You may return a parcel within thirty days of its arrival\.$/m,
    /^It arrives within three working days\.$/m
  ],
  "ai-mcp.ts": [/^tides__next_high_tide gave {"at":"18:42"}\nThe water is highest at 18:42\.$/m],
  "ai-telemetry.ts": [
    /^span Chat\.complete\n(?: {2}(?!gen_ai).*\n)+span LanguageModel\.generateText$/m,
    /^ {2}gen_ai\.provider\.name: "mistral_ai"$/m,
    /^ {2}gen_ai\.usage\.output_tokens: \d+$/m,
    /^ {2}tool: "find_patient"\n {2}parameters: "<redacted>"\nspan ward$/m,
    /^metric gen_ai\.client\.operation\.duration: 1 x, sum \d/m
  ],
  "rate-limit.ts": [/^(answered after \d\.\d s\n){5}answered after [3-6]\.\d s\n$/]
}

/** Each program is a process of its own, which takes seconds to start on a busy machine. Two run at a time: most of them wait. */
const timeout = 60_000

const programs = examples.filter(({ kind, needs }) => kind === undefined && needs === undefined)

describe("examples", () => {
  it("are all in the list, and each file of the folder is one", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "run.ts" && file !== "list.ts")
    const listed = examples.map(fileOf).filter((file) => !file.includes("/"))
    assert.deepStrictEqual(listed.sort(), files.sort())
    assert.strictEqual(new Set(examples.map(({ name }) => name)).size, examples.length)
  })

  it("each have an expectation here", () => {
    assert.deepStrictEqual(programs.map(fileOf).sort(), Object.keys(expected).sort())
  })

  it("each have one idea, in at most sixty lines, and say how they are run", () => {
    for (const example of examples.filter(({ file }) => file === undefined)) {
      const text = readFileSync(join(folder, fileOf(example)), "utf8")
      assert.isAtMost(text.trimEnd().split("\n").length, 60, example.name)
      const command = example.name === "quickstart" ? "npm start" : `npm run example -- ${example.name}`
      assert.match(text, new RegExp(`^ \\* Run: .*\\b${command}\\b`, "m"))
    }
  })

  for (const example of programs) {
    it.concurrent(`${example.name} runs against the emulator and prints what it should`, async () => {
      const { MISTRAL_API_KEY: _, ...env } = process.env
      const { stderr, stdout } = await promisify(execFile)(
        process.execPath,
        ["--conditions=@effect-mistral/source", join(folder, fileOf(example)), ...example.args ?? []],
        { env, timeout }
      )
      assertPrints(stdout, example.prints)
      // A progress display is for a terminal, which standard error is not here. That of a durable batch writes lines then.
      assert.notMatch(stderr, /[#\r]/)
      let rest = stdout
      for (const pattern of expected[fileOf(example)] ?? []) {
        const found = pattern.exec(rest)
        assert.isNotNull(found, `${pattern} not found in what is left of the output:\n${rest}`)
        rest = rest.slice(found!.index + found![0].length)
      }
    }, timeout)
  }

  for (const example of examples.filter(({ kind }) => kind === "test")) {
    it(`${example.name} is a test that passes`, async () => {
      const { stdout } = await runExample([example.name])
      assertPrints(stdout, example.prints)
    }, timeout)
  }
})
