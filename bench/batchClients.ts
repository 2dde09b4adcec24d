/**
 * The contenders of `batchFiles.ts`. Each uploads lines, and downloads and parses lines. This library also validates each
 * response by the schema of its endpoint, and tells apart the requests that have a result.
 */
import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import * as BatchJobs from "@effect-mistral/batch/BatchJobs"
import * as BatchResult from "@effect-mistral/batch/BatchResult"
import * as Files from "@effect-mistral/batch/Files"
import * as Endpoint from "@effect-mistral/core/Endpoint"
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
  const run = <A, E>(baseUrl: string, effect: Effect.Effect<A, E, Files.Files | BatchJobs.BatchJobs>) =>
    Effect.runPromise(Effect.provide(
      effect,
      Layer.mergeAll(Files.layer, BatchJobs.layer).pipe(
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
    download: (baseUrl, lines) =>
      run(
        baseUrl,
        Stream.runFold(
          BatchJobs.results(job(lines), Endpoint.chat.complete),
          () => 0,
          (count, result) => BatchResult.isSuccess(result) ? count + 1 : count
        )
      )
  }
}

/** A job that has ended, whose results are in one file of so many lines. */
const job = (lines: number): BatchJob.BatchJob => ({
  id: "00000000-0000-0000-0000-000000000002",
  input_files: ["00000000-0000-0000-0000-000000000001"],
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  output_file: String(lines),
  errors: [],
  status: "SUCCESS",
  created_at: 1764500000,
  total_requests: lines,
  completed_requests: lines,
  succeeded_requests: lines,
  failed_requests: 0
})

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
