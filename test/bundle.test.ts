/**
 * What a bundler keeps: a program that only streams leaves out what asks for objects, and every way there is to ask for
 * one brings it. Each program is bundled into one file and run.
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
    it("that only streams leaves out what asks for objects", async () => {
      const { output, files } = await bundled(program("Stream.runCollect(Feature.stream(plain))"))
      assert.deepStrictEqual(files.filter((file) => ofObjects.test(file)), [])
      assert.deepStrictEqual(output, [{
        id: "1",
        model: "m",
        choices: [{ index: 0, delta: { content: "{\"name\":\"Claude Monet\"}" } }]
      }])
    })

    const object = { name: "Claude Monet" }
    const parts = [{ _tag: "Partial", value: object }, { _tag: "Complete", value: object }]
    const ways = [
      [`${name}.completeObject`, "Feature.completeObject(request)", object],
      [`${name}.streamObject`, "Stream.runCollect(Feature.streamObject(request))", parts],
      ["the service", `Effect.flatMap(Feature.${name}, (service) => service.completeObject(request))`, object],
      [`${name}.make`, "Effect.flatMap(Feature.make(), (service) => service.completeObject(request))", object]
    ] as const
    for (const [way, run, expected] of ways) {
      it(`asks for objects through ${way}`, async () => {
        const { output, files } = await bundled(program(run))
        assert.isAbove(files.filter((file) => ofObjects.test(file)).length, 3)
        assert.deepStrictEqual(output, expected)
      })
    }
  })
}

const ofObjects = /internal\/(objects|structured|partialJson)\.ts$|toJsonSchemaDocument\.js$|effect\/dist\/ai\//

/** The files of which something is left in a bundle, and what the bundle prints. */
const bundled = async (contents: string): Promise<{ files: ReadonlyArray<string>; output: unknown }> => {
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
  const stdout = execFileSync(process.execPath, ["--input-type=module"], { input: file!.text, encoding: "utf8" })
  return {
    files: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => input)
    ),
    output: JSON.parse(stdout)
  }
}
