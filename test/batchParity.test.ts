/**
 * Requests to files and batch jobs, sent by this library and by Mistral's SDK to one local server: methods, paths, queries,
 * bodies and the parts of forms are equal, except for the defaults that the SDK adds, which the tests name.
 */
import { BatchJobs, Files } from "@effect-mistral/batch"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import { type Recorded, recordingServer } from "./parity/recordingServer.ts"

type Ours = Effect.Effect<unknown, unknown, Files.Files | BatchJobs.BatchJobs>

/** One request by both clients. */
interface Pair {
  readonly ours: Ours
  readonly theirs: (sdk: Mistral) => Promise<unknown>
  /** What the SDK adds: the body that would be ours with it. */
  readonly added?: (body: never) => unknown
  /** The query parameters that the SDK adds: the defaults of Mistral's reference. */
  readonly defaults?: Readonly<Record<string, string>>
}

const file = "{\"custom_id\":\"1\",\"body\":{}}\r\n\r\n{\"custom_id\":\"é 漢 😀\"}\n--x\r\n"

const upload = (fileName: string, content: string): Pair["theirs"] => (sdk) =>
  sdk.files.upload({ file: { fileName, content: new Blob([content]) }, purpose: "batch" })

/** The SDK states who sees a file even where its caller does not. */
const withVisibility = (parts: ReadonlyArray<unknown>) => [
  ...parts,
  { headers: { "content-disposition": "form-data; name=\"visibility\"" }, content: "workspace" }
]

const octets = { contentType: "application/octet-stream" }

const uploads: Readonly<Record<string, Pair>> = {
  "text": {
    ours: Files.upload({ name: "a.jsonl", purpose: "batch", content: file, ...octets }),
    theirs: upload("a.jsonl", file),
    added: withVisibility
  },
  "bytes, with every option": {
    ours: Files.upload({
      name: "a.jsonl",
      purpose: "fine-tune",
      content: new TextEncoder().encode(file),
      expiry: 5,
      visibility: "user",
      ...octets
    }),
    theirs: (sdk) =>
      sdk.files.upload({
        file: { fileName: "a.jsonl", content: new TextEncoder().encode(file) },
        purpose: "fine-tune",
        expiry: 5,
        visibility: "user"
      })
  },
  "a stream": {
    ours: Files.upload({
      name: "a.jsonl",
      purpose: "batch",
      content: Stream.make(file.slice(0, 9), file.slice(9)).pipe(Stream.encodeText),
      ...octets
    }),
    theirs: upload("a.jsonl", file),
    added: withVisibility
  },
  "lines": {
    ours: Files.upload({ name: "a.jsonl", purpose: "batch", lines: ["{}", "[1]"], ...octets }),
    theirs: upload("a.jsonl", "{}\n[1]\n"),
    added: withVisibility
  },
  "a blob, and a name that must be escaped": {
    ours: Files.upload({
      name: "b \"q\" é\r\n.pdf",
      purpose: "ocr",
      content: new Blob([file], { type: "application/pdf" }),
      contentType: "application/pdf"
    }),
    theirs: (sdk) =>
      sdk.files.upload({
        file: new File([file], "b \"q\" é\r\n.pdf", { type: "application/pdf" }),
        purpose: "ocr"
      }),
    added: withVisibility
  },
  "a name in many scripts": {
    ours: Files.upload({ name: "漢字 😀.jsonl", purpose: "batch", content: "{}", ...octets }),
    theirs: upload("漢字 😀.jsonl", "{}"),
    added: withVisibility
  }
}

const ids = ["e85980c9-409e-4a46-9304-36588f6292b0", "a b", "a/b?c#d", "é%20"]

const files: Readonly<Record<string, Pair>> = {
  "listing files": { ours: Files.list(), theirs: (sdk) => sdk.files.list() },
  "listing files with every parameter": {
    ours: Files.list({
      page: 1,
      page_size: 2,
      include_total: false,
      sample_type: ["batch_request", "batch_error"],
      source: ["upload", "mistral"],
      search: "x y&é",
      purpose: "batch",
      mimetypes: ["a/b", "c/d"]
    }),
    theirs: (sdk) =>
      sdk.files.list({
        page: 1,
        pageSize: 2,
        includeTotal: false,
        sampleType: ["batch_request", "batch_error"],
        source: ["upload", "mistral"],
        search: "x y&é",
        purpose: "batch",
        mimetypes: ["a/b", "c/d"]
      })
  },
  "listing files with null and nothing": {
    ours: Files.list({ sample_type: null, source: [], search: null, purpose: null, mimetypes: null }),
    theirs: (sdk) => sdk.files.list({ sampleType: null, source: [], search: null, purpose: null, mimetypes: null }),
    defaults: { include_total: "true", page: "0", page_size: "100" }
  },
  ...Object.fromEntries(ids.flatMap((id): ReadonlyArray<readonly [string, Pair]> => [
    [`fetching ${id}`, { ours: Files.fetch(id), theirs: (sdk) => sdk.files.retrieve({ fileId: id }) }],
    [`deleting ${id}`, { ours: Files.delete(id), theirs: (sdk) => sdk.files.delete({ fileId: id }) }],
    [`the content of ${id}`, {
      ours: Stream.runDrain(Files.content(id)),
      theirs: (sdk) => sdk.files.download({ fileId: id })
    }],
    [`the URL of ${id}`, {
      ours: Files.url(id),
      theirs: (sdk) => sdk.files.getSignedUrl({ fileId: id }),
      defaults: { expiry: "24" }
    }],
    [`the URL of ${id} for three hours`, {
      ours: Files.url(id, { expiry: 3 }),
      theirs: (sdk) => sdk.files.getSignedUrl({ fileId: id, expiry: 3 })
    }]
  ]))
}

const withTimeout = (body: object) => ({ ...body, timeout_hours: 24 })

const jobs: Readonly<Record<string, Pair>> = {
  "creating a job of a file": {
    ours: BatchJobs.create({ endpoint: "/v1/chat/completions", input_files: [ids[0]!] }),
    theirs: (sdk) => sdk.batch.jobs.create({ endpoint: "/v1/chat/completions", inputFiles: [ids[0]!] }),
    added: withTimeout
  },
  "creating a job with every parameter": {
    ours: BatchJobs.create({
      endpoint: "/v1/fim/completions",
      input_files: [ids[0]!, ids[0]!.replace("e", "f")],
      model: "codestral-latest",
      metadata: { some_key: "é 漢", "b c": "1" },
      timeout_hours: 168
    }),
    theirs: (sdk) =>
      sdk.batch.jobs.create({
        endpoint: "/v1/fim/completions",
        inputFiles: [ids[0]!, ids[0]!.replace("e", "f")],
        model: "codestral-latest",
        metadata: { some_key: "é 漢", "b c": "1" },
        timeoutHours: 168
      })
  },
  "creating a job of inline requests, for an agent": {
    ours: BatchJobs.create({
      endpoint: "/v1/chat/completions",
      agent_id: "ag_1",
      requests: [
        { custom_id: "1", body: { max_tokens: 5, messages: [{ role: "user", content: "Hi" }] } },
        { custom_id: "2", body: {} }
      ],
      timeout_hours: 1
    }),
    theirs: (sdk) =>
      sdk.batch.jobs.create({
        endpoint: "/v1/chat/completions",
        agentId: "ag_1",
        requests: [
          { customId: "1", body: { max_tokens: 5, messages: [{ role: "user", content: "Hi" }] } },
          { customId: "2", body: {} }
        ],
        timeoutHours: 1
      })
  },
  "creating a job with null wherever it is taken": {
    ours: BatchJobs.create({
      endpoint: "/v1/embeddings",
      input_files: null,
      requests: [{ custom_id: null, body: { input: "Hi" } }],
      model: null,
      agent_id: null,
      metadata: null
    }),
    theirs: (sdk) =>
      sdk.batch.jobs.create({
        endpoint: "/v1/embeddings",
        inputFiles: null,
        requests: [{ customId: null, body: { input: "Hi" } }],
        model: null,
        agentId: null,
        metadata: null
      }),
    added: withTimeout
  },
  "listing jobs": { ours: BatchJobs.list(), theirs: (sdk) => sdk.batch.jobs.list() },
  "listing jobs with every parameter": {
    ours: BatchJobs.list({
      page: 0,
      page_size: 3,
      model: "m",
      agent_id: "a",
      metadata: { a: "b", c: "d e&é" },
      created_after: "1970-01-01T00:00:00.000Z",
      created_by_me: true,
      status: ["RUNNING", "QUEUED"],
      order_by: "created"
    }),
    theirs: (sdk) =>
      sdk.batch.jobs.list({
        page: 0,
        pageSize: 3,
        model: "m",
        agentId: "a",
        metadata: { a: "b", c: "d e&é" },
        createdAfter: new Date(0),
        createdByMe: true,
        status: ["RUNNING", "QUEUED"],
        orderBy: "created"
      })
  },
  "listing jobs with null": {
    ours: BatchJobs.list({ model: null, agent_id: null, metadata: null, created_after: null, status: null }),
    theirs: (sdk) =>
      sdk.batch.jobs.list({ model: null, agentId: null, metadata: null, createdAfter: null, status: null }),
    defaults: { created_by_me: "false", order_by: "-created", page: "0", page_size: "100" }
  },
  ...Object.fromEntries(ids.flatMap((id): ReadonlyArray<readonly [string, Pair]> => [
    [`fetching the job ${id}`, { ours: BatchJobs.fetch(id), theirs: (sdk) => sdk.batch.jobs.get({ jobId: id }) }],
    [`fetching the job ${id} with its results`, {
      ours: BatchJobs.fetch(id, { inline: true }),
      theirs: (sdk) => sdk.batch.jobs.get({ jobId: id, inline: true })
    }],
    [`cancelling the job ${id}`, {
      ours: BatchJobs.cancel(id),
      theirs: (sdk) => sdk.batch.jobs.cancel({ jobId: id })
    }],
    [`deleting the job ${id}`, { ours: BatchJobs.delete(id), theirs: (sdk) => sdk.batch.jobs.delete({ jobId: id }) }]
  ]))
}

const transports: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  fetch: FetchHttpClient.layer,
  undici: UndiciHttpClient.layer
}

for (const [transport, httpClient] of Object.entries(transports)) {
  describe(`a request to files and batch jobs over ${transport}`, () => {
    for (const [name, pair] of Object.entries({ ...uploadNames(uploads), ...files, ...jobs })) {
      it.live(`${name} is what the SDK sends`, () =>
        Effect.gen(function*() {
          const { take, url } = yield* recordingServer(() => ["application/json", "{}"])
          const client = MistralClient.layer({ baseUrl: url, apiKey: Redacted.make("k"), retry: RetryPolicy.none })
          yield* Effect.exit(pair.ours).pipe(
            Effect.provide(
              Layer.mergeAll(Files.layer, BatchJobs.layer).pipe(Layer.provide(client), Layer.provide(httpClient))
            )
          )
          yield* Effect.promise(() => pair.theirs(new Mistral({ serverURL: url, apiKey: "k" })).catch(() => undefined))
          const [ours, sdk, ...others] = take()
          assert.deepStrictEqual(others, [])
          const our = comparable(ours!)
          // The cast is safe: the body is what the pair is about.
          const body = pair.added === undefined ? our.body : pair.added(our.body as never)
          const query = [...our.query, ...Object.entries(pair.defaults ?? {})].sort()
          assert.deepStrictEqual({ ...our, body, query }, comparable(sdk!))
        }).pipe(Effect.scoped))
    }
  })
}

function uploadNames(pairs: Readonly<Record<string, Pair>>): Readonly<Record<string, Pair>> {
  return Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [`uploading ${name}`, pair]))
}

const comparable = ({ body, headers, method, path }: Recorded) => {
  const { pathname, searchParams } = new URL(path ?? "", "http://local.test")
  const { accept, authorization } = headers
  const contentType = body === undefined ? undefined : headers["content-type"]?.split(";")[0]
  return { method, pathname, query: [...searchParams].sort(), body, accept, authorization, contentType }
}
