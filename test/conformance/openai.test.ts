/** OpenAI's SDK, talking to the emulator as it does to Mistral: the base URL ends in `/v1`. */
import { assert, layer } from "@effect/vitest"
import OpenAI, {
  type APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError
} from "openai"
import { zodResponseFormat } from "openai/helpers/zod"
import { z } from "zod"
import {
  all,
  asked,
  assertRecent,
  assertSeen,
  assertWeather,
  emulated,
  isId,
  parameters,
  picture,
  rejection,
  talkWith
} from "./emulated.ts"

const model = "mistral-small-latest"
const user = (content: string) => [{ role: "user" as const, content }]
const talk = talkWith((url, apiKey) => new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }))

const tools = Object.entries(parameters).map(([name, parameters]) => ({
  type: "function" as const,
  function: { name, parameters }
}))

/** The calls of functions. They are known by the function: Mistral's have no type, against the types of the SDK. */
const functionCalls = (
  message: OpenAI.ChatCompletionMessage | undefined
): ReadonlyArray<OpenAI.ChatCompletionMessageFunctionToolCall> =>
  (message?.tool_calls ?? []).flatMap((call) => "function" in call ? [call] : [])

layer(emulated, { excludeTestServices: true })("openai", (it) => {
  it.effect("completes a chat", () =>
    talk(async (sdk) => {
      const { created, id, ...rest } = await sdk.chat.completions.create({ model, messages: user(asked.hello) })
      assert.isTrue(isId(id))
      assertRecent(created)
      assert.deepStrictEqual<unknown>(rest, {
        object: "chat.completion",
        model,
        choices: [{
          index: 0,
          message: { role: "assistant", content: "Hello, fog.", tool_calls: null },
          finish_reason: "stop"
        }],
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
      })
    }))

  it.effect("streams a chat, event by event", () =>
    talk(async (sdk) => {
      const stream = await sdk.chat.completions.create({ model, messages: user(asked.hello), stream: true })
      const chunks = await all(stream)
      assert.deepStrictEqual<unknown>(
        chunks.map(({ choices }) => choices),
        [
          { role: "assistant", content: "" },
          { content: "Hello" },
          { content: "," },
          { content: " fog" },
          { content: "." },
          { content: "" }
        ].map((delta, at) => [{ index: 0, delta, finish_reason: at === 5 ? "stop" : null, logprobs: null }])
      )
      assert.deepStrictEqual(chunks.map(({ usage }) => usage), [
        ...Array.from({ length: 5 }, () => undefined),
        { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
      ])
      assert.strictEqual(new Set(chunks.map(({ id }) => id)).size, 1)
      assert.deepStrictEqual([...new Set(chunks.map(({ object }) => object))], ["chat.completion.chunk"])
    }))

  it.effect("puts a stream together with its own helper", () =>
    talk(async (sdk) => {
      const stream = sdk.chat.completions.stream({ model, messages: user("Tell me about fog"), n: 2, max_tokens: 9 })
      const texts: Array<string> = []
      stream.on("content.delta", ({ delta }) => texts.push(delta))
      const final = await stream.finalChatCompletion()
      const whole = await sdk.chat.completions.create({
        model,
        messages: user("Tell me about fog"),
        n: 2,
        max_tokens: 9
      })
      assert.deepStrictEqual(
        final.choices.map(({ finish_reason, message: { content } }) => [finish_reason, content]),
        whole.choices.map(({ finish_reason, message: { content } }) => [finish_reason, content])
      )
      assert.strictEqual(final.choices[0]?.finish_reason, "length")
      assert.deepStrictEqual(final.usage, whole.usage)
      assert.isAbove(texts.length, 9)
    }))

  it.effect("calls a tool, and goes on with its result", () =>
    talk(async (sdk) => {
      const messages = user("Use get_weather, please")
      const { choices: [choice] } = await sdk.chat.completions.create({ model, tools, messages })
      assert.strictEqual(choice?.finish_reason, "tool_calls")
      const [call] = functionCalls(choice?.message)
      if (call === undefined) return assert.fail("no call of a function")
      assert.match(call.id, /^[A-Za-z0-9]{9}$/)
      assert.strictEqual(call.function.name, "get_weather")
      assertWeather(call.function.arguments)
      const after = await sdk.chat.completions.create({
        model,
        tools,
        messages: [
          ...messages,
          choice!.message,
          { role: "tool", tool_call_id: call.id, content: "18 degrees" }
        ]
      })
      assert.strictEqual(after.choices[0]?.finish_reason, "stop")
      assert.include(after.choices[0]?.message.content, "18 degrees")
    }))

  it.effect("streams several tool calls, which its own helper refuses because they have no index", () =>
    talk(async (sdk) => {
      const request = { model, tools, messages: user(asked.calls) }
      const chunks = await all(await sdk.chat.completions.create({ ...request, stream: true }))
      const calls = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []))
      assert.deepStrictEqual<unknown>(calls, [
        { id: "call00001", function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" } },
        { id: "call00002", function: { name: "get_time", arguments: "{}" } }
      ])
      const error = await rejection(sdk.chat.completions.stream(request).finalChatCompletion())
      assert.include(String(error), "invalid tool call index: undefined")
    }))

  it.effect("puts the streamed fragments of a hosted model's calls together with its own helper", () =>
    talk(async (sdk) => {
      const request = { model: "zai-glm-5-2", tools, messages: user(asked.calls) }
      const { choices: [choice] } = await sdk.chat.completions.stream(request).finalChatCompletion()
      assert.strictEqual(choice?.finish_reason, "tool_calls")
      assert.strictEqual(choice?.message.content, "One moment.")
      assert.deepStrictEqual(
        choice?.message.tool_calls?.map((call) =>
          call.type === "function" ? [call.id, call.function.name, call.function.arguments] : []
        ),
        [["call00001", "get_weather", "{\"city\":\"Paris\"}"], ["call00002", "get_time", "{}"]]
      )
    }))

  it.effect("calls the tool that is chosen, any tool, or none", () =>
    talk(async (sdk) => {
      const names = async (tool_choice: OpenAI.ChatCompletionToolChoiceOption) =>
        (await sdk.chat.completions.create({ model, tools, tool_choice, messages: user("Use get_weather") }))
          .choices.flatMap(({ message }) => functionCalls(message).map((call) => call.function.name))
      assert.deepStrictEqual(await names({ type: "function", function: { name: "get_time" } }), ["get_time"])
      assert.deepStrictEqual(await names("required"), ["get_weather"])
      assert.deepStrictEqual(await names("none"), [])
    }))

  it.effect("parses an answer that fits a schema, whole and streamed", () =>
    talk(async (sdk) => {
      const Recipe = z.object({ title: z.string(), minutes: z.int().min(5).max(90), tags: z.array(z.enum(["a", "b"])) })
      const request = { model, messages: user("A recipe"), response_format: zodResponseFormat(Recipe, "recipe") }
      const parsed = (await sdk.chat.completions.parse(request)).choices[0]?.message.parsed
      assert.deepStrictEqual(Recipe.parse(parsed), parsed)
      const streamed = await sdk.chat.completions.stream(request).finalChatCompletion()
      assert.deepStrictEqual(streamed.choices[0]?.message.parsed, parsed)
    }))

  it.effect("takes a picture in a message", () =>
    talk(async (sdk, { lastBody }) => {
      const content = [
        { type: "text" as const, text: "What is this?" },
        { type: "image_url" as const, image_url: { url: picture, detail: "low" as const } }
      ]
      const { usage } = await sdk.chat.completions.create({ model, messages: [{ role: "user", content }] })
      // One for the message, four for the words and the question mark, 256 for the picture.
      assert.strictEqual(usage?.prompt_tokens, 1 + 4 + 256)
      assert.deepInclude(await lastBody(), { messages: [{ role: "user", content }] })
    }))

  it.effect("gives several choices and stops at a text", () =>
    talk(async (sdk) => {
      const several = await sdk.chat.completions.create({ model, messages: user("Tell me about fog"), n: 3 })
      assert.deepStrictEqual(several.choices.map(({ index }) => index), [0, 1, 2])
      const stopped = await sdk.chat.completions.create({ model, messages: user(asked.hello), stop: "," })
      assert.strictEqual(stopped.choices[0]?.message.content, "Hello")
    }))

  it.effect("lists models page by page, and retrieves one", () =>
    talk(async (sdk) => {
      const ids = (await all(sdk.models.list())).map(({ id }) => id)
      assert.include(ids, "mistral-small-latest")
      const one = await sdk.models.retrieve("mistral-embed")
      assert.deepInclude(one, { id: "mistral-embed", object: "model", owned_by: "mistralai" })
      assert.isNumber(one.created)
    }))

  it.effect("embeds texts, which it asks for as base64 unless told otherwise", () =>
    talk(async (sdk, { lastBody }) => {
      const input = ["Fog", "Bread"]
      const usual = await sdk.embeddings.create({ model: "mistral-embed", input })
      assert.deepInclude(await lastBody(), { encoding_format: "base64" })
      const plain = await sdk.embeddings.create({ model: "mistral-embed", input, encoding_format: "float" })
      assert.deepStrictEqual(usual.data, plain.data)
      for (const { embedding } of usual.data) {
        assert.strictEqual(embedding.length, 1024)
        assert.approximately(Math.hypot(...embedding), 1, 1e-6)
      }
      assert.deepInclude(usual.usage, { prompt_tokens: 2, total_tokens: 2 })
    }))

  it.effect("moderates texts", () =>
    talk(async (sdk) => {
      const { results } = await sdk.moderations.create({ model: "mistral-moderation-latest", input: ["kill", "bread"] })
      assert.deepStrictEqual(
        results.map(({ categories }) => (categories as unknown as Record<string, boolean>)["violence_and_threats"]),
        [true, false]
      )
    }))

  it.effect("asks an agent and fills in, through its way to endpoints that it does not know", () =>
    talk(async (sdk) => {
      const agent = await sdk.post<OpenAI.ChatCompletion>("/agents/completions", {
        body: { agent_id: "ag_emulator", messages: user(asked.hello) }
      })
      assert.strictEqual(agent.choices[0]?.message.content, "Hello, fog.")
      const fim = await sdk.post<OpenAI.ChatCompletion>("/fim/completions", {
        body: { model: "codestral-latest", prompt: "def f(", max_tokens: 4 }
      })
      assert.strictEqual(fim.choices[0]?.finish_reason, "length")
      assert.strictEqual(fim.usage?.completion_tokens, 4)
    }))

  it.effect("throws the error class of each status, with the fields it reads from the body", () =>
    talk(async (sdk, { url }) => {
      const complete = (content: string, more = {}) =>
        rejection(sdk.chat.completions.create({ model, messages: user(content), ...more }))
      const seen = (error: unknown, kind: new(...args: never) => unknown) => {
        assert.instanceOf(error, kind)
        const { code, message, param, status, type } = error as APIError
        return { status, message, type, code, param }
      }
      const wrong = new OpenAI({ apiKey: "wrong", baseURL: `${url}/v1`, maxRetries: 0 })
      assert.deepStrictEqual(seen(await rejection(wrong.models.list()), AuthenticationError), {
        status: 401,
        message: "401 {\"detail\":\"Unauthorized\"}",
        type: undefined,
        code: undefined,
        param: undefined
      })
      assert.deepStrictEqual(seen(await complete("Hi", { model: "nothing" }), BadRequestError), {
        status: 400,
        message: "400 Invalid model: nothing",
        type: "invalid_model",
        code: "1500",
        param: null
      })
      const blocked = await complete("Kill it", { guardrails: [{ moderation_llm_v2: { action: "block" } }] })
      assert.deepInclude(seen(blocked, PermissionDeniedError), {
        status: 403,
        message: "403 Content blocked by guardrail"
      })
      assert.deepInclude(seen(await rejection(sdk.models.retrieve("nothing")), NotFoundError), {
        status: 404,
        code: "1500"
      })
      for (const [key, value] of Object.entries({ store: true, max_completion_tokens: 1, seed: 1 })) {
        const error = await complete("Hi", { [key]: value })
        assert.strictEqual(seen(error, UnprocessableEntityError).type, "invalid_request_error")
        assert.include((error as Error).message, `"loc":["body","${key}"]`)
      }
      const unwanted = await complete("Hi", { stream: true, stream_options: { include_usage: true } })
      assert.strictEqual(seen(unwanted, UnprocessableEntityError).status, 422)
      assert.include((unwanted as Error).message, "\"loc\":[\"body\",\"stream_options\",\"include_usage\"]")
      const limited = await complete("Fail with 429")
      assert.deepStrictEqual(seen(limited, RateLimitError).message, "429 Failed with 429")
      assert.strictEqual((limited as APIError).headers?.get("retry-after"), "7")
      for (const status of [500, 503]) {
        assert.strictEqual(seen(await complete(`Fail with ${status}`), InternalServerError).status, status)
      }
    }))

  it.effect("tries again after a refusal that passes", () =>
    talk(async (sdk) => {
      const { choices } = await sdk.withOptions({ maxRetries: 2 }).chat.completions.create({
        model,
        messages: user("Busy for a moment")
      })
      assert.strictEqual(choices[0]?.message.content, "Here I am.")
    }))

  it.effect("made all these calls over the socket", () => assertSeen(30))
})
