/**
 * Packs every published package, checks the packages with publint and attw, installs them in an empty project outside the
 * repository, and type-checks and runs a program there. It runs from what was packed: `dist`, on a plain `node`.
 *
 * Run: npm run pack:check [-- FOLDER], where FOLDER is for the tarballs if they are to be kept
 */
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { promisify } from "node:util"
import { packPackages, root, run } from "./packedPackages.ts"

const execute = promisify(execFile)

/** Checks a tarball with publint and attw. */
const check = async (tarball: string): Promise<void> => {
  for (const command of [["publint", "run", tarball, "--strict"], ["attw", tarball, "--profile", "esm-only"]]) {
    const [program = "", ...args] = command
    await execute(program, args, { cwd: root }).catch((error) => {
      throw new Error(`${command.join(" ")}: ${error.stdout}${error.stderr}`)
    })
  }
  console.log(`${basename(tarball)}: publint and attw find nothing`)
}

/** Checks tarballs, two at a time. */
const checkAll = async (tarballs: ReadonlyArray<string>): Promise<void> => {
  const left = [...tarballs]
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await check(next)
  }
  await Promise.all([worker(), worker()])
}

const project = mkdtempSync(join(tmpdir(), "effect-mistral-pack-"))

try {
  const packed = packPackages(process.argv[2] ?? join(project, "tarballs"))
  await checkAll(packed)

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
