/**
 * Packs every published package, checks the packages with publint and attw, installs them in an empty project outside the
 * repository, and type-checks and runs a program there. It runs from what was packed: `dist`, on a plain `node`.
 *
 * Run: npm run pack:check [-- FOLDER], where FOLDER is for the tarballs if they are to be kept
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packageFolders, packPackages, root, run } from "./packedPackages.ts"

const project = mkdtempSync(join(tmpdir(), "effect-mistral-pack-"))

try {
  const packed = packPackages(process.argv[2] ?? join(project, "tarballs"))
  for (const folder of packageFolders) console.log(run(root, "publint", "run", folder, "--strict").trim())
  for (const tarball of packed) {
    run(root, "attw", tarball, "--profile", "esm-only", "--format", "ascii")
    console.log(`attw: ${tarball.split("/").at(-1)} is clean`)
  }

  const versions = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "outside", private: true, type: "module" }))
  run(
    project,
    "npm",
    "install",
    "--silent",
    "--no-audit",
    ...packed,
    ...["effect", "@effect/platform-node", "typescript", "@types/node"].map((name) => `${name}@${versions[name]}`)
  )
  writeFileSync(
    join(project, "main.ts"),
    `
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { TestCompletion } from "@effect-mistral/testing"
import { Effect, Layer, Schema, Stream } from "effect"
import { LanguageModel } from "effect/ai"

class Painter extends Schema.Class<Painter>("Painter")({ name: Schema.String }) {}

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hi" }], max_tokens: 8 }
const program = Effect.gen(function*() {
  const streamed = yield* Completion.collect(Chat.stream(request))
  const { value: painter } = yield* Chat.completeObject({ ...request, max_tokens: 500, schema: Painter })
  const generated = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
    MistralLanguageModel.withConfigOverride({ max_tokens: 8 })
  )
  const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi" }))
  const finish = parts.at(-1)
  const raw = finish?.type === "finish" ? finish.metadata.mistral?.finishReason : undefined
  return [
    streamed.usage?.completion_tokens,
    typeof painter.name,
    Completion.text(TestCompletion.response("ok")),
    generated.usage.outputTokens.total,
    raw
  ]
})
const page = Effect.flatMap(Emulator.Emulator, ({ url }) => Effect.promise(() => fetch(url + "/_emulator/page/main.js"))).pipe(
  Effect.map(({ status }) => status),
  Effect.provide(Emulator.layer())
)
const Client = Layer.unwrap(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url }))
).pipe(Layer.provide(Emulator.layer({ tokensPerSecond: Infinity })))
const Live = Layer.merge(Chat.layer, MistralLanguageModel.model("mistral-small-latest")).pipe(Layer.provide(Client), Layer.provide(FetchHttpClient.layer))
console.log(JSON.stringify([...await Effect.runPromise(Effect.provide(program, Live)), await Effect.runPromise(page)]))
`
  )
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        module: "NodeNext",
        target: "ES2023",
        lib: ["ES2023", "DOM"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true
      },
      include: ["main.ts"]
    })
  )
  run(project, join(project, "node_modules/.bin/tsc"))
  console.log("installed outside: type-checks")
  const output = run(project, process.execPath, "main.ts").trim()
  if (output !== "[8,\"string\",\"ok\",8,\"stop\",200]") throw new Error(`unexpected output: ${output}`)
  console.log(`installed outside: runs from dist and prints ${output}`)
} finally {
  rmSync(project, { recursive: true, force: true })
}
