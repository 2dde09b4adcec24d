/** The requests that the emulator is sent, so that every form of its responses occurs. */
import type { Script } from "@effect-mistral/emulator"

/** A request, and the known properties of its response. */
export interface Case {
  readonly name: string
  /** The path as the file writes it. */
  readonly path: string
  /** The path that is requested, if the file's path has a parameter. */
  readonly at?: string
  /** `undefined` for a GET. */
  readonly body?: unknown
  /** Set where the method is neither `GET` (no body) nor `POST` (a body). */
  readonly method?: string
  readonly stream?: boolean
  readonly status?: number
}

/** The emulator's script: the responses that it does not make up itself. */
export const script: Script.Script = [{
  when: { text: "As seen" },
  answer: { text: "Seen", finish_reason: "model_length", usage: { num_cached_tokens: 16, service_tier: "priority" } }
}]

const user = (content: unknown) => [{ role: "user", content }]

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } }
}

/** The requests of a conversation, by name. */
const conversations: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a text": { messages: user("Tell me about fog") },
  "several choices, cut off": { messages: user("Tell me about fog"), n: 2, max_tokens: 5 },
  "nothing at all": { messages: user("Tell me about fog"), max_tokens: 0 },
  "a text up to a stop": { messages: user("Tell me about fog"), stop: "." },
  "a tool call": { messages: user("Use get_weather"), tools: [weather] },
  "thinking": { messages: user("Tell me about fog"), reasoning_effort: "high" },
  "thinking and a tool call": { messages: user("Fog"), tools: [weather], tool_choice: "any", reasoning_effort: "high" },
  "a JSON object": { messages: user("JSON"), response_format: { type: "json_object" } },
  "a JSON value": {
    messages: user("JSON"),
    response_format: { type: "json_schema", json_schema: { name: "a", schema: { type: "integer" } } }
  },
  "a prefix": { messages: [...user("Fog"), { role: "assistant", content: "Fog is", prefix: true }] },
  "a prediction": { messages: user("Fog"), prediction: { content: "Fog is wet." } },
  "a picture": { messages: user([{ type: "image_url", image_url: "data:image/png;base64,AA==" }]) },
  "guardrails that let pass": { messages: user("Fog"), guardrails: [{ moderation_llm_v2: { action: "block" } }] },
  "what a script says": { messages: user("As seen") }
}

const completions: ReadonlyArray<Case> = [
  ...Object.entries(conversations).flatMap(([name, conversation]) => [
    { name: `a chat: ${name}`, path: "/v1/chat/completions", body: { model: "mistral-small-latest", ...conversation } },
    { name: `an agent: ${name}`, path: "/v1/agents/completions", body: { agent_id: "ag_emulator", ...conversation } }
  ]),
  { name: "code to the end", path: "/v1/fim/completions", body: { model: "codestral-latest", prompt: "def f(" } },
  {
    name: "code between two pieces, cut off",
    path: "/v1/fim/completions",
    body: { model: "codestral-latest", prompt: "def f(", suffix: "return a", max_tokens: 3 }
  }
]

const embedding = { model: "mistral-embed", input: ["Fog", "Bread"] }

const others: ReadonlyArray<Case> = [
  { name: "the models", path: "/v1/models" },
  { name: "one model", path: "/v1/models/{model_id}", at: "/v1/models/codestral-latest" },
  { name: "embeddings", path: "/v1/embeddings", body: embedding },
  {
    name: "embeddings in bytes",
    path: "/v1/embeddings",
    body: { model: "codestral-embed", input: "Fog", output_dtype: "int8" }
  },
  { name: "embeddings in base64", path: "/v1/embeddings", body: { ...embedding, encoding_format: "base64" } },
  {
    name: "moderations",
    path: "/v1/moderations",
    body: { model: "mistral-moderation-latest", input: ["kill", "bread"] }
  },
  {
    name: "moderations of chats",
    path: "/v1/chat/moderations",
    body: { model: "mistral-moderation-2603", input: [user("kill"), user("bread")] }
  }
]

/** Every request. */
export const cases: ReadonlyArray<Case> = [
  ...completions,
  ...completions.map((one) => ({
    ...one,
    name: `${one.name}, streamed`,
    body: { ...one.body as object, stream: true },
    stream: true
  })),
  ...others,
  ...[...new Set([...completions, ...others].filter(({ body }) => body !== undefined).map(({ path }) => path))].flatMap(
    (path) => [
      { name: `the refusal of a key that ${path} does not know`, path, body: { store: true }, status: 422 },
      { name: `the refusal of a body that is no object by ${path}`, path, body: "text", status: 422 }
    ]
  )
]
