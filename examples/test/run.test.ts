import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { readFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { examples, fileOf, groups } from "../list.ts"
import { nearestName } from "../shared/nearestName.ts"
import { assertPrints, patternOf } from "./prints.ts"
import { runExample, startExample } from "./runExample.ts"

/** Each program is two processes, which take seconds to start on a busy machine. */
const timeout = 120_000

describe("npm run example", () => {
  it("lists each example in one line, with what it shows and prints, by subject", async () => {
    const { code, stderr, stdout } = await runExample([])
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    const lines = stdout.split("\n")
    for (const { examples, title } of groups) {
      const start = lines.indexOf(title)
      assert.isAbove(start, 0, title)
      for (const [index, { name, prints, shows }] of examples.entries()) {
        const line = lines[start + 1 + index] ?? ""
        assert.match(line, new RegExp(`^ {2}${name} +\\S`))
        assert.include(line, shows.replaceAll("`", ""))
        assert.isTrue(line.endsWith(`-> ${prints[0]}`), line)
      }
    }
    assert.include(stdout, "MISTRAL_API_KEY is not set: the examples use an emulator")
  }, timeout)

  it("names the nearest example and fails if there is none of that name", async () => {
    const { code, stderr, stdout } = await runExample(["stream-tool"])
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.strictEqual(
      stderr,
      "There is no example stream-tool. Did you mean ai-stream-tools? \"npm run example\" lists all of them.\n"
    )
    const names = examples.map(({ name }) => name)
    assert.strictEqual(nearestName("compelte", names), "complete")
    assert.strictEqual(nearestName("circiut-braker", names), "circuit-breaker")
    assert.strictEqual(nearestName("mcp", names), "ai-mcp")
    assert.strictEqual(nearestName("ocr", names), "ocr")
  }, timeout)

  for (const given of ["custom-retry", "examples/custom-retry.ts"]) {
    it(`runs an example: ${given}`, async () => {
      const { code, stdout } = await runExample([given])
      assert.strictEqual(code, 0)
      assertPrints(stdout, examples.find(({ name }) => name === "custom-retry")?.prints ?? [])
    }, timeout)
  }

  it.live("hands on the arguments, the key and the exit code of the program", () =>
    Effect.gen(function*() {
      const { apiKey, requests, url } = yield* Emulator.Emulator
      const environment = { MISTRAL_API_KEY: Redacted.value(apiKey), MISTRAL_BASE_URL: url }
      const good = yield* Effect.promise(() => runExample(["cli", "Hello", "--model", "mistral-tiny"], environment))
      assert.deepStrictEqual(good, { code: 0, stdout: "Bonjour.\n", stderr: "" })
      assert.deepInclude((yield* requests)[0]?.body, { model: "mistral-tiny" })
      const wrong = yield* Effect.promise(() => runExample(["cli", "Hello"], { ...environment, MISTRAL_API_KEY: "x" }))
      assert.strictEqual(wrong.code, 1)
      assert.match(wrong.stderr, /^chat: .*401 unauthorized/)
    }).pipe(Effect.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script }))), timeout)

  for (const example of examples.filter(({ kind }) => kind === "server")) {
    it(`ends ${example.name} when it is stopped`, async () => {
      const { child, ended, output, printed } = startExample([example.name], { PORT: "0" })
      await printed(/http:\/\/\S+:\d+/)
      child.kill("SIGTERM")
      assert.strictEqual(await ended, 130)
      assertPrints(output.stdout, example.prints)
    }, timeout)
  }
})

describe("chat-app", () => {
  it("takes a free port where another program has its port, and prints the link", async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
    // The cast is safe: the server listens on a port.
    const { port } = other.address() as AddressInfo
    const { child, ended, printed } = startExample(["chat-app"], { PORT: String(port) })
    const [, link = "", free] = await printed(/^The chat is at (http:\/\/localhost:(\d+))$/m)
    assert.notStrictEqual(free, String(port))
    assert.match(await (await fetch(link)).text(), /<title>Travel chat<\/title>/)
    child.kill("SIGTERM")
    await ended
    other.close()
  }, timeout)
})

describe("the page of the examples", () => {
  const page = readFileSync(new URL("../../docs/examples.md", import.meta.url), "utf8")

  it("has each example in a row of its subject, with what it shows and prints", () => {
    const rows = page.split("\n").flatMap((line) =>
      line.startsWith("## ") ? [line] : line.startsWith("| [") ? [line.replaceAll(/ *\| */g, " | ").trim()] : []
    )
    const expected = groups.flatMap(({ examples, title }) => [
      `## ${title}`,
      ...examples.map((example) => {
        const { name, needs, prints, shows } = example
        const text = needs === undefined ? shows : `${shows}; needs ${needs}`
        return `| [\`${name}\`](../examples/${fileOf(example)}) | ${text} | ${
          prints.map((line) => `\`${line.trim()}\``).join("<br>")
        } |`
      })
    ])
    const start = rows.indexOf(expected[0] ?? "")
    assert.deepStrictEqual(rows.slice(start, start + expected.length), expected)
  })
})

describe("a line of the list", () => {
  it("matches a text for … and a number for #, and nothing else", () => {
    assert.match("1: Brie\n# tokens: 3", patternOf("1: …"))
    assert.match("mean:   -4.5 (x)", patternOf("mean: # (…)"))
    assert.notMatch("mean: x (x)", patternOf("mean: # (…)"))
    assert.notMatch("1: ", patternOf("1: …"))
    assert.notMatch("11: Brie", patternOf("1: …"))
    assert.throws(() => assertPrints("2\n1", ["1", "2"]))
  })
})

const script = [{ answer: { text: "Bonjour." } }]
