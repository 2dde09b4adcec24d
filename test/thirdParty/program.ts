/** The programs of npm that the tests talk to, each started on a free port and stopped at the end of its suite. */
import { Agents } from "@effect-mistral/agents"
import { MistralEmbeddingModel, MistralLanguageModel } from "@effect-mistral/ai"
import { Chat } from "@effect-mistral/chat"
import { FetchHttpClient, MistralClient, OpenAiCompatible, RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Context, Effect, Layer, Redacted } from "effect"
import type { EmbeddingModel, LanguageModel } from "effect/ai"
import { spawn } from "node:child_process"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"

/** A running program: its URL, without `/v1`, and the key and headers that it wants. */
export class Program extends Context.Service<Program, {
  readonly url: string
  readonly apiKey: string
  readonly headers: Readonly<Record<string, string>>
}>()("test/thirdParty/Program") {}

/** The services of this library, as a program of a user has them. */
export type Services =
  | Chat.Chat
  | Agents.Agents
  | Fim.Fim
  | LanguageModel.LanguageModel
  | EmbeddingModel.EmbeddingModel

/** The model that the programs are asked for. */
export const model = "mistral-small-latest"

/** Made anew for each client, because a layer that is one constant is built once, whatever it is provided with. */
const services = () =>
  Layer.mergeAll(
    Chat.layer,
    Agents.layer,
    Fim.layer,
    MistralLanguageModel.model(model),
    MistralEmbeddingModel.model("text-embedding-3-small", { dimensions: 8 })
  )

/** Options that a test changes. Retries are off unless a test is about them. */
export type Options = Pick<OpenAiCompatible.Options, "headers" | "timeout" | "retry" | "endOfStream"> & {
  readonly apiKey?: string | undefined
  /** What is added to the URL of the program. */
  readonly path?: string | undefined
}

const clients = {
  OpenAiCompatible: OpenAiCompatible.layer,
  MistralClient: (options: OpenAiCompatible.Options) => MistralClient.layer(options)
}

const transports = { fetch: FetchHttpClient.layer, undici: UndiciHttpClient.layer }

/** A client over a transport. Each test runs in all of these ways. */
export interface Way {
  readonly name: string
  readonly client: keyof typeof clients
  readonly layer: (options?: Options) => Layer.Layer<Services, never, Program>
}

export const ways: ReadonlyArray<Way> = (["OpenAiCompatible", "MistralClient"] as const).flatMap((client) =>
  (["fetch", "undici"] as const).map((transport) => ({
    name: `${client} over ${transport}`,
    client,
    layer: (options?: Options) =>
      Layer.unwrap(Effect.map(Program, ({ apiKey, headers, url }) =>
        services().pipe(
          Layer.provide(clients[client]({
            retry: RetryPolicy.none,
            ...options,
            apiKey: Redacted.make(options?.apiKey ?? apiKey),
            baseUrl: url + (options?.path ?? ""),
            headers: { ...headers, ...options?.headers }
          })),
          Layer.provide(transports[transport])
        )))
  }))
)

/** Starts the script of a package with Node, waits until it answers, and kills it when the scope closes. */
export const startScript = (options: {
  readonly package: string
  readonly script: string
  readonly nodeFlags?: ReadonlyArray<string>
  readonly flags: (port: number) => ReadonlyArray<string>
  readonly env?: (port: number) => Readonly<Record<string, string>>
  readonly health: string
}) =>
  Effect.gen(function*() {
    const port = yield* Effect.promise(freePort)
    const folder = dirname(createRequire(import.meta.url).resolve(`${options.package}/package.json`))
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(
          process.execPath,
          [...options.nodeFlags ?? [], join(folder, options.script), ...options.flags(port)],
          { stdio: "ignore", env: { ...process.env, ...options.env?.(port) } }
        )
      ),
      (child) =>
        Effect.promise(() =>
          new Promise((resolve) => {
            child.on("exit", resolve)
            if (child.exitCode !== null || !child.kill("SIGKILL")) resolve(undefined)
          })
        )
    )
    const url = `http://127.0.0.1:${port}`
    yield* Effect.promise(() => answers(url + options.health))
    return url
  })

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const answers = async (url: string) => {
  for (let left = 300; left > 0; left--) {
    if (await fetch(url).then((response) => response.ok, () => false)) return
    await wait(50)
  }
  throw new Error(`${url} does not answer`)
}
