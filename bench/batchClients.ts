/** The contenders of `batchFiles.ts`. Each uploads lines, and downloads and parses lines. */
import * as Files from "@effect-mistral/batch/Files"
import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { apiKey } from "./clients/Client.ts"

/** Sends or reads so many lines, and gives the number that arrived. */
export type Phase = (baseUrl: string, lines: number) => Promise<number>

export interface BatchClient {
  readonly upload: Phase
  readonly download: Phase
}

const request = (id: number): string =>
  JSON.stringify({
    custom_id: String(id),
    body: {
      max_tokens: 100,
      messages: [{
        role: "user",
        content: `prompt ${id}: ${"The weather was fine and the train was late. ".repeat(6)}`
      }]
    }
  })

/** Counts the lines of a text in pieces, and parses each of them. */
const lineParser = () => {
  const decoder = new TextDecoder()
  let rest = ""
  let count = 0
  return {
    push: (bytes: Uint8Array) => {
      const text = rest + decoder.decode(bytes, { stream: true })
      let from = 0
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
        JSON.parse(text.slice(from, end))
        count++
        from = end + 1
      }
      rest = text.slice(from)
    },
    get count() {
      return count
    }
  }
}

const ours = (http: Layer.Layer<HttpClient>): BatchClient => {
  const run = <A, E>(baseUrl: string, effect: Effect.Effect<A, E, Files.Files>) =>
    Effect.runPromise(Effect.provide(
      effect,
      Files.layer.pipe(
        Layer.provide(MistralClient.layer({ apiKey: Redacted.make(apiKey), baseUrl })),
        Layer.provide(http)
      )
    ))
  return {
    upload: async (baseUrl, lines) => {
      const file = await run(
        baseUrl,
        Files.upload({
          name: "requests.jsonl",
          purpose: "batch",
          lines: Stream.range(0, lines - 1).pipe(Stream.rechunk(200), Stream.map(request))
        })
      )
      return file.num_lines!
    },
    download: (baseUrl, lines) => {
      const parser = lineParser()
      return run(
        baseUrl,
        Effect.map(
          Stream.runForEachArray(
            Files.content(String(lines)),
            (pieces) => Effect.sync(() => pieces.forEach(parser.push))
          ),
          () => parser.count
        )
      )
    }
  }
}

/** Loaded in its own process, so that no contender pays for another. */
export const batchClients = new Map<string, () => Promise<BatchClient>>(Object.entries({
  "ours-node": async () => ours((await import("@effect-mistral/node/UndiciHttpClient")).layer),
  "ours-fetch": async () => ours(FetchHttpClient.layer),
  "mistralai": async () => {
    const { Mistral } = await import("@mistralai/mistralai")
    const encoder = new TextEncoder()
    return {
      upload: async (serverURL: string, lines: number) => {
        let id = 0
        const content = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            if (id < lines) controller.enqueue(encoder.encode(`${request(id++)}\n`))
            else controller.close()
          }
        })
        const file = await new Mistral({ apiKey, serverURL }).files.upload({
          file: { fileName: "requests.jsonl", content },
          purpose: "batch"
        })
        return file.numLines!
      },
      download: async (serverURL: string, lines: number) => {
        const parser = lineParser()
        const content = await new Mistral({ apiKey, serverURL }).files.download({ fileId: String(lines) })
        const reader = content.getReader()
        for (let read = await reader.read(); !read.done; read = await reader.read()) parser.push(read.value)
        return parser.count
      }
    }
  }
}))
