/** The measured rows of the comparison: what is called, and how what happened is judged. */
import type { Call, Observation } from "./peer.ts"
import type { Seen } from "./server.ts"

/** A row of the comparison. */
export interface Probe {
  /** What a client does if the answer is yes. */
  readonly title: string
  /** The calls, each with what it shows. The answer is yes if all of them show it. */
  readonly calls: ReadonlyArray<{
    readonly call: Call
    readonly shows: (observation: Observation, seen: ReadonlyArray<Seen>) => boolean
  }>
  /** A test of this repository that shows the same of this library, in more cases. */
  readonly test: string
}

const stream = (model: string): Call => ({ kind: "stream", model })

const complete = (model: string): Call => ({ kind: "complete", model })

/** A call that is made once, for what a failure says. */
const once = (model: string): Call => ({ kind: "complete", model, once: true })

/** Whether a call failed by itself, and not because it was still waiting. */
const failed = ({ error }: Observation): boolean => error !== undefined && error.message !== "still waiting"

/** Whether a whole completion, or three streamed pieces, arrived. */
const succeeded = ({ error, pieces, result }: Observation): boolean =>
  error === undefined && (result?.includes("one two three") === true || pieces.join("") === "one two three")

/** The rows, in the order of the table. */
export const probes: ReadonlyArray<Probe> = [
  {
    title: "A stream that ends before `[DONE]` fails, after its chunks",
    calls: [{ call: stream("ends-early"), shows: (seen) => failed(seen) && seen.pieces.length === 2 }],
    test: "packages/core/test/streamEnd.test.ts"
  },
  {
    title: "An error inside a stream fails it with the server's sentence",
    calls: [{
      call: stream("error-event"),
      shows: (seen) => failed(seen) && seen.error!.message.includes("Service tier capacity exceeded")
    }],
    test: "packages/core/test/errorEvents.test.ts"
  },
  {
    title: "A chunk that is cut in half fails the stream",
    calls: [{ call: stream("half-event"), shows: failed }],
    test: "packages/core/test/eventDecoder.test.ts"
  },
  {
    title: "A login page with status 200 fails a call, whole and streamed",
    calls: [{ call: once("login-page"), shows: failed }, { call: stream("login-page"), shows: failed }],
    test: "packages/core/test/readJson.test.ts"
  },
  {
    title: "A response with a wrong type fails",
    calls: [{ call: once("wrong-type"), shows: failed }],
    test: "packages/core/test/tolerantResponses.test.ts"
  },
  {
    title: "Fields that are newer than the client are kept",
    calls: [{
      call: complete("new-field"),
      shows: (seen) => !failed(seen) && seen.result?.includes("https://new.example") === true
    }],
    test: "test/tolerantReading.test.ts"
  },
  {
    title: "A misspelt key of a request fails at run time, before it is sent",
    calls: [{
      call: { ...complete("mistral-small-latest"), extra: { temperatur: 0.5 } },
      shows: (observation, seen) => failed(observation) && seen.length === 0
    }],
    test: "packages/core/test/call.test.ts"
  },
  {
    title: "A whole completion with `tool_calls: null`, as Mistral sends it, is read",
    calls: [{ call: complete("null-calls"), shows: succeeded }],
    test: "packages/core/test/tolerantResponses.test.ts"
  },
  {
    title: "A refused request (422) is not sent a second time",
    calls: [{ call: complete("refused"), shows: (observation, seen) => failed(observation) && seen.length === 1 }],
    test: "packages/core/test/sendWithRetry.test.ts"
  },
  {
    title: "503 is retried by default, whole and streamed",
    calls: [{ call: complete("fails-twice"), shows: succeeded }, { call: stream("fails-twice"), shows: succeeded }],
    test: "packages/core/test/sendWithRetry.test.ts"
  },
  {
    title: "`Retry-After` is obeyed by default",
    calls: [{
      call: complete("retry-after"),
      shows: (observation, seen) => succeeded(observation) && seen.length === 2 && seen[1]!.at - seen[0]!.at >= 2_950
    }],
    test: "packages/core/test/retryAfter.test.ts"
  },
  {
    title: "A time limit for silence, which lets a long stream go on",
    calls: [
      { call: { ...stream("silent"), silence: 700 }, shows: failed },
      {
        call: { ...stream("long"), silence: 700 },
        shows: ({ error, pieces }) => error === undefined && pieces.length === 10
      }
    ],
    test: "packages/core/test/timeouts.test.ts"
  },
  {
    title: "A stream that is cancelled closes its connection",
    calls: [{ call: { kind: "cancel", model: "long" }, shows: (_, seen) => seen[0]?.closed === true }],
    test: "test/sockets.test.ts"
  },
  {
    title: "The message of a refusal has the field and the server's sentence",
    calls: [{
      call: once("refused"),
      shows: ({ error }) =>
        error?.message.includes("temperature") === true && error.message.includes("less than or equal to 1.5")
    }],
    test: "packages/core/test/errorBody.test.ts"
  },
  {
    title: "The error of a refusal has the request id",
    calls: [{ call: once("refused"), shows: ({ error }) => error?.text.includes("id-7f3a") === true }],
    test: "packages/core/test/responseMetadata.test.ts"
  }
]
