/** What a client of Mistral's or OpenAI's API does with the emulator. Each client implements it by its own means. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { asked, assertWeather, parameters, rejection, script } from "./emulated.ts"

/** The operations of a client. A client without an operation leaves it out, and says why in `lacks`. */
export interface ClientUnderTest {
  /** The text of a completion. */
  readonly complete: (question: string) => Promise<string>
  /** The pieces of a streamed text. */
  readonly stream: (question: string, signal?: AbortSignal) => AsyncIterable<string>
  /**
   * The text after the result of the tool `get_weather`, which is called with the arguments that the model gives. Where
   * the client streams, it streams both completions.
   */
  readonly tools?: (question: string, weather: Weather) => Promise<string>
  readonly streamTools?: (question: string, weather: Weather) => Promise<string>
  /** An object with a text `title` and an integer `minutes` from 5 to 90. */
  readonly object?: (question: string) => Promise<unknown>
  readonly streamObject?: (question: string) => Promise<unknown>
  readonly embed?: (texts: ReadonlyArray<string>) => Promise<ReadonlyArray<ReadonlyArray<number>>>
  /**
   * The status and the message of an error, as the client gives them; without a message where the client reads none from
   * an error in Mistral's form.
   */
  readonly errorOf: (error: unknown) => { readonly status: number | undefined; readonly message?: string }
}

/** The tool: the JSON of the arguments goes in, a text comes out. */
export type Weather = (args: string) => string

/** The JSON Schema of the tool's arguments. */
export const weatherParameters = parameters.get_weather

/** The description of the tool. */
export const weatherDescription = "The weather of the next days in a city"

/** What not every client can do. */
type Optional = "tools" | "streamTools" | "object" | "streamObject" | "embed" | "abort"

/** Runs the suite for a client. */
export const testClient = (
  name: string,
  make: (url: string, apiKey: string) => ClientUnderTest | Promise<ClientUnderTest>,
  { emulator, lacks = {}, statuses = [429, 503] }: {
    /** What the client cannot do, and why: these tests are skipped with that sentence. */
    readonly lacks?: Readonly<Partial<Record<Optional, string>>>
    /** The options of the emulator in which it differs from that of the other clients. */
    readonly emulator?: Pick<Emulator.Options, "streamOptions" | "toolCalls">
    /** The statuses of errors that the client does not turn into others by its own retries. */
    readonly statuses?: ReadonlyArray<402 | 429 | 503>
  } = {}
): void => {
  const emulated = Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, script, ...emulator })
  const talk = (run: (client: ClientUnderTest) => Promise<void>) =>
    Effect.flatMap(
      Emulator.Emulator,
      ({ apiKey, url }) => Effect.promise(async () => run(await make(url, Redacted.value(apiKey))))
    )

  layer(emulated, { excludeTestServices: true })(name, (it) => {
    const test = (what: Optional, title: string, run: () => Effect.Effect<void, unknown, Emulator.Emulator>) => {
      const why = lacks[what]
      if (why === undefined) it.effect(title, run)
      else it.effect.skip(`${title} (skipped: ${why})`, run)
    }

    it.effect("completes a chat", () =>
      talk(async ({ complete }) => {
        assert.strictEqual(await complete(asked.hello), "Hello, fog.")
      }))

    it.effect("streams a chat, piece by piece", () =>
      talk(async ({ stream }) => {
        const pieces: Array<string> = []
        for await (const piece of stream(asked.hello)) if (piece !== "") pieces.push(piece)
        assert.deepStrictEqual(pieces, ["Hello", ",", " fog", "."])
      }))

    for (const key of ["tools", "streamTools"] as const) {
      test(
        key,
        `calls a tool and goes on with its result, ${key === "tools" ? "whole" : "streamed"}`,
        () =>
          talk(async (client) => {
            const call = client[key] ?? assert.fail(`no ${key}`)
            const seen: Array<string> = []
            const text = await call("Use get_weather, please", (args) => {
              seen.push(args)
              return "18 degrees"
            })
            assert.lengthOf(seen, 1)
            assertWeather(seen[0])
            assert.include(text, "18 degrees")
          })
      )
    }

    for (const key of ["object", "streamObject"] as const) {
      test(
        key,
        `gives an object that fits a schema, ${key === "object" ? "whole" : "streamed"}`,
        () =>
          talk(async (client) => {
            const read = client[key] ?? assert.fail(`no ${key}`)
            const value = await read("A recipe")
            const { minutes, title } = value as { readonly minutes: number; readonly title: string }
            assert.isString(title)
            assert.isTrue(Number.isInteger(minutes) && minutes >= 5 && minutes <= 90)
          })
      )
    }

    test("embed", "embeds texts", () =>
      talk(async ({ embed = assert.fail("no embed") }) => {
        const vectors = await embed(["Fog", "Bread"])
        assert.deepStrictEqual(vectors.map((vector) => vector.length), [1024, 1024])
        for (const vector of vectors) assert.approximately(Math.hypot(...vector), 1, 1e-5)
        assert.notDeepEqual(vectors[0], vectors[1])
      }))

    for (const status of statuses) {
      it.effect(`throws an error with the status ${status} and the server's sentence, whole and streamed`, () =>
        talk(async ({ complete, errorOf, stream }) => {
          const read = async () => {
            for await (const _ of stream(`Fail with ${status}`)) assert.fail("a piece")
          }
          for (const run of [() => complete(`Fail with ${status}`), read]) {
            const error = errorOf(await rejection(run()))
            assert.strictEqual(error.status, status)
            if (error.message !== undefined) assert.include(error.message, `Failed with ${status}`)
          }
        }))
    }

    test("abort", "closes the connection of a stream that is aborted", () =>
      Effect.gen(function*() {
        const { active, apiKey, faults, url } = yield* Emulator.Emulator
        yield* faults.next(Fault.stall({ afterEvents: 3 }))
        yield* Effect.promise(async () => {
          const client = await make(url, Redacted.value(apiKey))
          const controller = new AbortController()
          const pieces: Array<string> = []
          try {
            for await (const piece of client.stream("Tell me about fog", controller.signal)) {
              pieces.push(piece)
              if (pieces.join("") !== "") {
                controller.abort()
                break
              }
            }
          } catch (error) {
            if (!controller.signal.aborted) throw error
          }
          assert.isNotEmpty(pieces)
        })
        yield* active.pipe(
          Effect.repeat({ until: (count) => count === 0, schedule: Schedule.spaced("5 millis") }),
          Effect.timeout("10 seconds")
        )
      }))
  })
}
