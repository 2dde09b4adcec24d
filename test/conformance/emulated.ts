/** The emulator that third-party SDKs use over a socket, and its script. */
import { Emulator, type Script } from "@effect-mistral/emulator"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** Rules for requests whose exact response matters. */
export const asked = {
  hello: "Say hello",
  thinking: "Think first",
  call: "Call it",
  calls: "Call them both",
  failing: "Break off"
}

const broken = (status: number): Script.Rule => ({
  when: { text: `Fail with ${status}` },
  answer: {
    error: {
      status,
      body: {
        object: "error",
        message: `Failed with ${status}`,
        type: "internal_server_error",
        param: null,
        code: null
      },
      headers: status === 429 ? { "retry-after": "7" } : {}
    }
  }
})

const once = (text: string, status: number): Script.Rule => ({
  when: { text },
  answer: { error: { status, headers: { "retry-after": "0" } } },
  times: 1
})

/** The script of the suites. */
export const script: Script.Script = [
  { when: { text: asked.hello }, answer: { text: "Hello, fog." } },
  { when: { text: asked.thinking }, answer: { thinking: "Is it foggy?", text: "It is." } },
  {
    when: { text: asked.call },
    answer: { tool_calls: [{ id: "call00001", name: "get_weather", arguments: { city: "Paris" } }] }
  },
  {
    when: { text: asked.calls },
    answer: {
      text: "One moment.",
      tool_calls: [
        { id: "call00001", name: "get_weather", arguments: { city: "Paris" } },
        { id: "call00002", name: "get_time", arguments: {} }
      ]
    }
  },
  { when: { text: asked.failing }, answer: { text: "Half", finish_reason: "error" } },
  ...[402, 429, 500, 503].map(broken),
  { when: { text: "Never free" }, answer: { error: { status: 503, headers: { "retry-after": "0" } } } },
  once("Busy for a moment", 503),
  once("Busy for a moment", 429),
  { when: { text: "Busy for a moment" }, answer: { text: "Here I am." } }
]

/** The emulator of a suite. */
export const emulated = Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script })

/** Runs a program of an SDK with the URL and the key of the emulator, and the body that the emulator received last. */
export const talkWith = <Sdk>(make: (url: string, apiKey: string) => Sdk) =>
(
  run: (sdk: Sdk, emulator: { readonly url: string; readonly lastBody: () => Promise<unknown> }) => Promise<void>
): Effect.Effect<void, never, Emulator.Emulator> =>
  Effect.flatMap(
    Emulator.Emulator,
    ({ apiKey, requests, url }) =>
      Effect.promise(() =>
        run(make(url, Redacted.value(apiKey)), {
          url,
          lastBody: () => Effect.runPromise(Effect.map(requests, (all) => all.at(-1)?.body))
        })
      )
  )

/** Asserts that the emulator has seen at least so many requests since it was started. */
export const assertSeen = (count: number): Effect.Effect<void, never, Emulator.Emulator> =>
  Emulator.Emulator.use(({ requests }) => Effect.map(requests, (all) => assert.isAtLeast(all.length, count)))

/** The error of a promise that is rejected. */
export const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    (value) => assert.fail(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error
  )

/** All values of an async iterable. */
export const all = async <A>(values: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const value of values) found.push(value)
  return found
}

/** The JSON Schemas of the tools that the scripted calls use. */
export const parameters = {
  get_weather: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer", minimum: 1, maximum: 7 } },
    required: ["city", "days"],
    additionalProperties: false
  },
  get_time: { type: "object", properties: {}, additionalProperties: false }
}

/** Asserts that a text is the JSON of arguments that `get_weather` takes. */
export const assertWeather = (text: unknown): void => {
  const made = JSON.parse(String(text)) as { readonly city: unknown; readonly days: unknown }
  assert.deepStrictEqual(Object.keys(made).sort(), ["city", "days"])
  assert.isString(made.city)
  assert.include([1, 2, 3, 4, 5, 6, 7], made.days)
}

/** A picture of one pixel. */
export const picture =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

export const isId = (id: unknown): boolean => /^[0-9a-f]{32}$/.test(String(id))

/** Asserts that something was made in the last minute; `seconds` is a time on the wire. */
export const assertRecent = (seconds: unknown): void => assert.approximately(Number(seconds), Date.now() / 1000, 60)
