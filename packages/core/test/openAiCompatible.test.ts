import type * as Deployment from "@effect-mistral/core/Deployment"
import * as OpenAiCompatible from "@effect-mistral/core/OpenAiCompatible"
import { assert, describe, it } from "@effect/vitest"

const route = (body: Record<string, unknown> | undefined, baseUrl = "https://o.test", path = "/v1/chat/completions") =>
  OpenAiCompatible.deployment({ baseUrl }).route({ baseUrl, path, body, streaming: false })

const tools = [{ type: "function", function: { name: "f", parameters: {} } }]

describe("OpenAiCompatible.deployment", () => {
  const bodies: Record<string, readonly [given: Record<string, unknown>, sent: Record<string, unknown>]> = {
    "renames a seed, 0 too": [{ random_seed: 0 }, { seed: 0 }],
    "leaves out a seed that is null": [{ random_seed: null }, {}],
    "turns the tool choice any into required": [{ tools, tool_choice: "any" }, { tools, tool_choice: "required" }],
    "keeps any other tool choice": [{ tools, tool_choice: "none" }, { tools, tool_choice: "none" }],
    "gives the choice of a function a type": [
      { tools, tool_choice: { function: { name: "f" } }, parallel_tool_calls: false },
      { tools, tool_choice: { type: "function", function: { name: "f" } }, parallel_tool_calls: false }
    ],
    "leaves out an empty list of tools": [{ tools: [] }, {}],
    "leaves out tools that are null": [{ tools: null }, {}],
    "leaves out what belongs to tools with an empty list": [
      { tools: [], tool_choice: "any", parallel_tool_calls: false },
      {}
    ],
    "leaves out what belongs to tools with tools that are null": [
      { tools: null, tool_choice: { function: { name: "f" } }, parallel_tool_calls: true },
      {}
    ],
    "leaves out what belongs to tools without tools": [{ tool_choice: "none", parallel_tool_calls: true }, {}],
    "leaves out a key of the cache that is null": [{ prompt_cache_key: null }, {}],
    "keeps a key of the cache": [{ prompt_cache_key: "k" }, { prompt_cache_key: "k" }],
    "has the word default for the standard tier": [{ service_tier: "standard_only" }, { service_tier: "default" }],
    "keeps another tier": [{ service_tier: "auto" }, { service_tier: "auto" }],
    "completes a prediction": [
      { prediction: { content: "a" } },
      { prediction: { type: "content", content: "a" } }
    ],
    "leaves nulls out of a response format, and gives it a type": [
      { response_format: { json_schema: null } },
      { response_format: { type: "text" } }
    ],
    "keeps a response format": [
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "s", description: null, schema: {}, strict: true }
        }
      },
      { response_format: { type: "json_schema", json_schema: { name: "s", schema: {}, strict: true } } }
    ],
    "keeps tools": [{ tools: [1] }, { tools: [1] }],
    "leaves out what only Mistral knows where it changes nothing": [
      { guardrails: null, prompt_mode: null, safe_prompt: false },
      {}
    ],
    "keeps every other key": [{ n: 2, service_tier: null, own: {} }, { n: 2, service_tier: null, own: {} }]
  }
  for (const [name, [given, body]] of Object.entries(bodies)) {
    it(name, () => {
      assert.deepStrictEqual(route({ model: "m", ...given }), {
        url: "https://o.test/v1/chat/completions",
        body: { model: "m", ...body }
      })
    })
  }

  it("names every key that it refuses", () => {
    assert.deepStrictEqual(route({ guardrails: [], prompt_mode: "reasoning", safe_prompt: true }), {
      issues: ["guardrails", "prompt_mode", "safe_prompt"].map((key) => ({
        path: [key],
        message: "An OpenAI-compatible server does not take this key"
      }))
    })
  })

  it("renames the dimension of an embedding request, and leaves out what OpenAI has as the default", () => {
    const sent = (body: Record<string, unknown>) =>
      route({ model: "m", input: ["a"], ...body }, undefined, "/v1/embeddings")
    const url = "https://o.test/v1/embeddings"
    for (
      const [given, body] of [
        [{ output_dimension: 64, encoding_format: "base64" }, { dimensions: 64, encoding_format: "base64" }],
        [{ output_dimension: null, metadata: null, output_dtype: "float", user: "u" }, { user: "u" }],
        [{}, {}]
      ]
    ) {
      assert.deepStrictEqual(sent(given!), { url, body: { model: "m", input: ["a"], ...body } })
    }
    assert.deepStrictEqual(sent({ metadata: {}, output_dtype: "int8" }), {
      issues: ["metadata", "output_dtype"].map((key) => ({
        path: [key],
        message: "An OpenAI-compatible server does not take this key"
      }))
    })
  })

  it("sends a moderation request without metadata, which it refuses", () => {
    const sent = (body: Record<string, unknown>) =>
      route({ model: "m", input: "a", ...body }, undefined, "/v1/moderations")
    assert.deepStrictEqual(sent({ metadata: null }), {
      url: "https://o.test/v1/moderations",
      body: { model: "m", input: "a" }
    })
    assert.deepStrictEqual(sent({ metadata: { tenant: "t" } }), {
      issues: [{ path: ["metadata"], message: "An OpenAI-compatible server does not take this key" }]
    })
  })

  it("sends a request without a body", () => {
    assert.deepStrictEqual(route(undefined, "https://o.test/v2/", "/v1/models"), {
      url: "https://o.test/v2/models",
      body: undefined
    })
  })

  for (
    const [baseUrl, url] of [
      ["https://o.test/v10", "https://o.test/v10/models"],
      ["https://o.test/vendor", "https://o.test/vendor/v1/models"],
      ["https://v1.test", "https://v1.test/v1/models"],
      ["https://o.test//", "https://o.test/v1/models"]
    ] as const
  ) {
    it(`adds the version to ${baseUrl} only where it has none`, () => {
      assert.deepStrictEqual(route(undefined, baseUrl, "/v1/models"), { url, body: undefined })
    })
  }
})

describe("the messages of OpenAiCompatible.deployment", () => {
  const call = (fields: object, args: unknown) => ({ ...fields, function: { name: "f", arguments: args } })
  const sentCall = (fields: object, args: string) => ({
    ...fields,
    type: "function",
    function: { name: "f", arguments: args }
  })
  const text = (text: string) => ({ type: "text", text })
  const thought = { type: "thinking", thinking: [text("I "), { type: "reference", reference_ids: [1] }, text("think")] }
  const answer = (fields: object) => ({ role: "assistant", ...fields })
  const user = (...content: ReadonlyArray<object>) => ({ role: "user", content })

  const messages: Record<string, readonly [given: object, sent: object]> = {
    "text as it is": [{ role: "user", content: "Hi" }, { role: "user", content: "Hi" }],
    "a role of the server's own as it is": [{ role: "developer", content: null }, { role: "developer", content: null }],
    "calls without an index, with a type": [
      answer({
        content: "",
        tool_calls: [call({ id: "a", index: 0 }, "{\"x\":1}"), call({ id: "b", type: "function" }, "[]")]
      }),
      answer({ content: "", tool_calls: [sentCall({ id: "a" }, "{\"x\":1}"), sentCall({ id: "b" }, "[]")] })
    ],
    "empty arguments as an empty object": [
      answer({ tool_calls: [call({ id: "a" }, ""), call({ id: "b" }, " \n"), call({ id: "c" }, {})] }),
      answer({ tool_calls: [sentCall({ id: "a" }, "{}"), sentCall({ id: "b" }, "{}"), sentCall({ id: "c" }, "{}")] })
    ],
    "arguments that are an object as text": [
      answer({ content: null, tool_calls: [call({ id: "a" }, { x: [1, "é"] })] }),
      answer({ content: null, tool_calls: [sentCall({ id: "a" }, "{\"x\":[1,\"é\"]}")] })
    ],
    "an empty list of calls not at all": [answer({ content: "So", tool_calls: [] }), answer({ content: "So" })],
    "calls that are null not at all": [answer({ content: "So", tool_calls: null }), answer({ content: "So" })],
    "an answer without anything as an empty text": [answer({}), answer({ content: "" })],
    "an answer that is null as an empty text": [answer({ content: null }), answer({ content: "" })],
    "a prefix that is false not at all": [answer({ content: "So", prefix: false }), answer({ content: "So" })],
    "the thinking of an answer as reasoning_content": [
      answer({ content: [thought, text("So."), { type: "reference", reference_ids: [1] }, text(" Yes.")] }),
      answer({ reasoning_content: "I think", content: "So. Yes." })
    ],
    "an answer that is thinking alone": [
      answer({ content: [thought] }),
      answer({ reasoning_content: "I think", content: "" })
    ],
    "the thinking of its own dialects as it is": [
      answer({ content: "So", reasoning: "a", reasoning_content: "b", reasoning_details: [{ a: 1 }] }),
      answer({ content: "So", reasoning: "a", reasoning_content: "b", reasoning_details: [{ a: 1 }] })
    ],
    "thinking that is null not at all": [answer({ content: "So", reasoning_content: null }), answer({ content: "So" })],
    "an answer with an image as pieces": [
      answer({ content: [thought, text("So"), { type: "image_url", image_url: "https://a.test" }] }),
      answer({
        reasoning_content: "I think",
        content: [text("So"), { type: "image_url", image_url: { url: "https://a.test" } }]
      })
    ],
    "the thinking of a system message as text": [
      { role: "system", content: [text("a"), thought, text("b")] },
      { role: "system", content: [text("a"), { type: "thinking", thinking: "I think", closed: true }, text("b")] }
    ],
    "a result with its name": [
      { role: "tool", content: "1", tool_call_id: "a", name: "f" },
      { role: "tool", content: "1", tool_call_id: "a", name: "f" }
    ],
    "a result without nulls": [
      { role: "tool", content: null, tool_call_id: "a", name: null },
      { role: "tool", content: "", tool_call_id: "a" }
    ],
    "a result in pieces": [
      { role: "tool", content: [text("1"), { type: "image_url", image_url: "https://a.test" }] },
      { role: "tool", content: [text("1"), { type: "image_url", image_url: { url: "https://a.test" } }] }
    ],
    "an image by its URL": [
      user({ type: "image_url", image_url: "data:image/png;base64,AA" }),
      user({ type: "image_url", image_url: { url: "data:image/png;base64,AA" } })
    ],
    "an image with its detail": [
      user(
        { type: "image_url", image_url: { url: "https://a.test", detail: "low" } },
        { type: "image_url", image_url: { url: "https://a.test", detail: null } }
      ),
      user(
        { type: "image_url", image_url: { url: "https://a.test", detail: "low" } },
        { type: "image_url", image_url: { url: "https://a.test" } }
      )
    ],
    "a recording in its own form as it is": [
      user({ type: "input_audio", input_audio: { data: "AA", format: "wav" } }),
      user({ type: "input_audio", input_audio: { data: "AA", format: "wav" } })
    ],
    "a document as a file": [
      user(
        { type: "document_url", document_url: "data:application/pdf;base64,AA", document_name: "a.pdf" },
        { type: "document_url", document_url: "data:application/pdf;base64,AA", document_name: null }
      ),
      user(
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA" } },
        { type: "file", file: { filename: "document", file_data: "data:application/pdf;base64,AA" } }
      )
    ],
    "an uploaded file": [
      user({ type: "file", file_id: "00000000-0000-4000-8000-000000000000" }),
      user({ type: "file", file: { file_id: "00000000-0000-4000-8000-000000000000" } })
    ]
  }
  for (const [name, [given, sent]] of Object.entries(messages)) {
    it(`have ${name}`, () => {
      const before = JSON.stringify(given)
      assert.deepStrictEqual(bodyOf(route({ model: "m", messages: [given] })), { model: "m", messages: [sent] })
      assert.strictEqual(JSON.stringify(given), before)
    })
  }

  const recordings: Record<string, readonly [bytes: ReadonlyArray<number | string>, format: string]> = {
    "WAV": [["RIFF", 36, 0, 0, 0, "WAVEfmt "], "wav"],
    "MP3 with tags": [["ID3", 4, 0], "mp3"],
    "MP3 of MPEG 1": [[0xff, 0xfb, 0x90, 0x44], "mp3"],
    "MP3 of MPEG 2": [[0xff, 0xf3, 0x40, 0xc0], "mp3"],
    "MP3 of MPEG 2.5": [[0xff, 0xe3, 0x18, 0xc4], "mp3"],
    "AAC": [[0xff, 0xf1, 0x50, 0x80], "aac"],
    "FLAC": [["fLaC", 0], "flac"],
    "Ogg": [["OggS", 0, 2], "ogg"],
    "MPEG 4": [[0, 0, 0, 0x1c, "ftypM4A "], "m4a"],
    "WebM": [[0x1a, 0x45, 0xdf, 0xa3, 1], "webm"]
  }
  for (const [name, [bytes, format]] of Object.entries(recordings)) {
    it(`have a recording with its format: ${name}, as base64 and as a data: URL`, () => {
      const data = Buffer.concat(bytes.map((one) => typeof one === "string" ? Buffer.from(one) : Buffer.from([one])))
        .toString("base64")
      for (
        const input_audio of [data, ` ${data}\n`, `data:audio/x-own;base64,${data}`, `data:;codecs=1;base64,${data}`]
      ) {
        assert.deepStrictEqual(bodyOf(route({ messages: [user({ type: "input_audio", input_audio })] })), {
          messages: [user({ type: "input_audio", input_audio: { data, format } })]
        })
      }
    })
  }

  it("have a recording with the format that its data: URL names, where its bytes tell none", () => {
    for (const [type, format] of [["audio/wav", "wav"], ["Audio/MPEG", "mp3"], ["audio/x-m4a", "m4a"]]) {
      const input_audio = `data:${type};base64,AAAA`
      assert.deepStrictEqual(bodyOf(route({ messages: [user({ type: "input_audio", input_audio })] })), {
        messages: [user({ type: "input_audio", input_audio: { data: "AAAA", format } })]
      })
    }
  })

  const refused: Record<string, object> = {
    "a recording of an unknown format": { type: "input_audio", input_audio: "AAAAAAAA" },
    "a picture in place of a recording": { type: "input_audio", input_audio: "UklGRgAAAABXRUJQ" },
    "a recording by its URL": { type: "input_audio", input_audio: "https://a.test/a.wav" },
    "a recording as an unencoded data: URL": { type: "input_audio", input_audio: "data:audio/wav,abc" },
    "a document by its URL": { type: "document_url", document_url: "https://a.test/a.pdf" },
    "a reference": { type: "reference", reference_ids: [1] },
    "thinking": thought
  }
  for (const [name, piece] of Object.entries(refused)) {
    it(`cannot have ${name} in a user message or a result`, () => {
      for (const role of ["user", "tool"]) {
        const routed = route({ messages: [{ role: "user", content: "Hi" }, { role, content: [text("a"), piece] }] })
        assert.deepStrictEqual("issues" in routed && routed.issues.map(({ path }) => path), [[
          "messages",
          1,
          "content",
          1
        ]])
      }
    })
  }

  it("say by two keys that an answer at the end is to be continued, unless extraBody says otherwise", () => {
    const given = [{ role: "user", content: "Hi" }, answer({ content: "So", prefix: true })]
    const sent = [{ role: "user", content: "Hi" }, answer({ content: "So" })]
    assert.deepStrictEqual(bodyOf(route({ messages: given })), {
      messages: sent,
      continue_final_message: true,
      add_generation_prompt: false
    })
    const without = bodyOf(
      route({ messages: given, continue_final_message: undefined, add_generation_prompt: undefined })
    )
    assert.strictEqual(JSON.stringify(without), JSON.stringify({ messages: sent }))
    const inside = [answer({ content: "So", prefix: true }), { role: "user", content: "Go on" }]
    assert.deepStrictEqual(bodyOf(route({ messages: inside })), { messages: [answer({ content: "So" }), inside[1]] })
  })
})

describe("fill-in-the-middle on OpenAiCompatible.deployment", () => {
  const fim = (body: Record<string, unknown>, baseUrl?: string) => route(body, baseUrl, "/v1/fim/completions")

  it("is a completion with a suffix", () => {
    const same = { model: "m", prompt: "a", max_tokens: 1, temperature: 0, top_p: 1, stop: ["b"], stream: true }
    assert.deepStrictEqual(fim({ ...same, suffix: "c", random_seed: 0, min_tokens: null, metadata: null }), {
      url: "https://o.test/v1/completions",
      body: { ...same, suffix: "c", seed: 0 }
    })
    for (const suffix of ["", null]) assert.deepStrictEqual(bodyOf(fim({ ...same, suffix })), same)
  })

  it("is at the full path of a base URL", () => {
    const routed = fim({}, "https://o.test/beta/completions?a=1")
    assert.strictEqual("url" in routed && routed.url, "https://o.test/beta/completions?a=1")
  })

  it("names every key that completions lack", () => {
    const routed = fim({ min_tokens: 1, metadata: {}, prompt_cache_key: "k" })
    assert.deepStrictEqual("issues" in routed && routed.issues.map(({ path }) => path), [
      ["metadata"],
      ["min_tokens"],
      ["prompt_cache_key"]
    ])
  })
})

describe("the version in the URLs of OpenAiCompatible.deployment", () => {
  const urls: ReadonlyArray<readonly [baseUrl: string, version: string | false | undefined, url: string]> = [
    ["https://o.test", undefined, "https://o.test/v1/models"],
    ["https://o.test", false, "https://o.test/models"],
    ["https://o.test/", "", "https://o.test/models"],
    ["https://o.test/inference/?a=1#b", false, "https://o.test/inference/models?a=1"],
    ["https://o.test", "v2", "https://o.test/v2/models"],
    ["https://o.test/v2", "v2", "https://o.test/v2/models"],
    ["https://o.test", "/openai/v1/", "https://o.test/openai/v1/models"],
    ["https://o.test/openai", "api", "https://o.test/openai/api/models"],
    ["https://o.test/v3?key=/v1", undefined, "https://o.test/v3/models?key=/v1"],
    ["https://o.test/chat/completions", undefined, "https://o.test/models"],
    ["https://o.test/v1/chat/completions", "v2", "https://o.test/v1/models"]
  ]
  for (const [baseUrl, version, url] of urls) {
    it(`is ${version} for ${baseUrl}: ${url}`, () => {
      const { route } = OpenAiCompatible.deployment({ baseUrl, version })
      assert.deepStrictEqual(route({ baseUrl, path: "/v1/models", body: undefined, streaming: false }), {
        url,
        body: undefined
      })
    })
  }
})

const bodyOf = (routed: Deployment.Routed) => "url" in routed ? routed.body : routed.issues
