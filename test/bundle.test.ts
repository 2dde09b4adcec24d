/**
 * Tree shaking: a program that only streams leaves structured output out of its bundle, and a program that uses structured
 * output contains it. A program that streams through effect/ai leaves out the rest of it. Each program is bundled into one
 * file and run.
 */
import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"

const features = [
  ["Chat", "@effect-mistral/chat/Chat", "model: \"m\""],
  ["Agents", "@effect-mistral/agents/Agents", "agent_id: \"a\""]
] as const

for (const [name, path, target] of features) {
  const program = (run: string) => `
import * as Feature from "${path}"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const content = JSON.stringify({ name: "Claude Monet" })
const whole = { id: "1", model: "m", choices: [{ index: 0, message: { content } }] }
const chunk = { id: "1", model: "m", choices: [{ index: 0, delta: { content } }] }
const http = HttpClient.make((request) => {
  const streamed = JSON.parse(new TextDecoder().decode(request.body.body)).stream
  return Effect.succeed(HttpClientResponse.fromWeb(request, streamed
    ? new Response("data: " + JSON.stringify(chunk) + "\\n\\ndata: [DONE]\\n\\n", {
      headers: { "content-type": "text/event-stream" }
    })
    : Response.json(whole)))
})
const Live = Feature.layer.pipe(
  Layer.provideMerge(MistralClient.layer({})),
  Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
)
const plain = { ${target}, messages: [{ role: "user", content: "Who?" }] }
const request = { ...plain, schema: Schema.Struct({ name: Schema.String }) }
Effect.runPromise(Effect.provide(${run}, Live)).then((value) => console.log(JSON.stringify(value)))`

  describe(`a bundle with ${name}`, () => {
    const chunks = [{ id: "1", model: "m", choices: [{ index: 0, delta: { content: "{\"name\":\"Claude Monet\"}" } }] }]
    const streams = [
      ["that only streams leaves out what asks for objects", "Stream.runCollect(Feature.stream(plain))"],
      [
        "that only streams through the service leaves out what asks for objects",
        `Effect.flatMap(Feature.${name}, (service) => Stream.runCollect(service.stream(plain)))`
      ]
    ] as const
    for (const [title, run] of streams) {
      it(title, async () => {
        const { files, outputs } = await bundled(program(run))
        assert.deepStrictEqual(files.filter((file) => ofObjects.test(file)), [])
        assert.deepStrictEqual(outputs, [chunks])
      })
    }

    const content = "{\"name\":\"Claude Monet\"}"
    const object = {
      value: { name: "Claude Monet" },
      response: { id: "1", model: "m", choices: [{ index: 0, message: { content } }] }
    }
    const folded = { ...object.response, choices: [{ index: 0, message: { role: "assistant", content } }] }
    const objects = [
      [`${name}.completeObject`, "Feature.completeObject(request)", object],
      [`${name}.streamObject`, "Stream.runCollect(Feature.streamObject(request))", [
        { _tag: "Partial", value: object.value },
        { _tag: "Complete", value: object.value, response: folded }
      ]]
    ] as const
    for (const [way, run, expected] of objects) {
      it(`asks for objects through ${way}`, async () => {
        const { files, outputs } = await bundled(program(run))
        assert.isAbove(files.filter((file) => ofObjects.test(file)).length, 3)
        assert.deepStrictEqual(outputs, [expected])
      })
    }

    it("works beside another bundle in the same process", async () => {
      const { outputs } = await bundled(
        program("Stream.runCollect(Feature.stream(plain))"),
        program("Feature.completeObject(request)")
      )
      assert.sameDeepMembers([...outputs], [chunks, object])
    })
  })
}

describe("a bundle with MistralLanguageModel", () => {
  const program = `
import * as MistralLanguageModel from "@effect-mistral/ai/MistralLanguageModel"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const chunk = { id: "1", model: "m", choices: [{ index: 0, delta: { content: "Fog." }, finish_reason: "stop" }] }
const http = HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, new Response(
  "data: " + JSON.stringify(chunk) + "\\n\\ndata: [DONE]\\n\\n",
  { headers: { "content-type": "text/event-stream" } }
))))
const Live = MistralLanguageModel.model("m").pipe(
  Layer.provide(MistralClient.layer({})),
  Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
)
const types = LanguageModel.streamText({ prompt: "Hi" }).pipe(Stream.map((part) => part.type), Stream.runCollect)
Effect.runPromise(Effect.provide(types, Live)).then((value) => console.log(JSON.stringify(value)))`

  it("streams, and leaves out embeddings, the tools that Mistral runs, and what it does not use of effect/ai", async () => {
    const { files, outputs } = await bundled(program)
    assert.deepStrictEqual(outputs, [["response-metadata", "text-start", "text-delta", "text-end", "finish"]])
    const unused =
      /MistralEmbeddingModel|Embeddings?\.ts|MistralTool\.ts|ai\/(Chat|Mcp\w+|EmbeddingModel|DecisionModel)\.js/
    assert.deepStrictEqual(files.filter((file) => unused.test(file)), [])
    assert.isNotEmpty(files.filter((file) => file.endsWith("effect/dist/ai/LanguageModel.js")))
  })
})

const ofObjects = /StructuredOutput\.ts$|internal\/object\/|toJsonSchemaDocument\.js$|effect\/dist\/ai\//

/** Bundles programs separately and runs the bundles in one process: the files that they contain, and what they print. */
const bundled = async (
  ...programs: ReadonlyArray<string>
): Promise<{ files: ReadonlyArray<string>; outputs: ReadonlyArray<unknown> }> => {
  const bundles = await Promise.all(programs.map(async (contents) => {
    const { metafile, outputFiles: [file] } = await build({
      stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
      bundle: true,
      write: false,
      minify: true,
      format: "esm",
      target: "es2023",
      platform: "browser",
      conditions: ["@effect-mistral/source"],
      logLevel: "error",
      metafile: true
    })
    return { metafile, url: `data:text/javascript;base64,${Buffer.from(file!.text).toString("base64")}` }
  }))
  const input = bundles.map(({ url }) => `await import(${JSON.stringify(url)})`).join("\n")
  const stdout = execFileSync(process.execPath, ["--input-type=module"], { input, encoding: "utf8" })
  return {
    files: bundles.flatMap(({ metafile }) =>
      Object.values(metafile.outputs).flatMap(({ inputs }) =>
        Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path)
      )
    ),
    outputs: stdout.trim().split("\n").map((line) => JSON.parse(line))
  }
}
