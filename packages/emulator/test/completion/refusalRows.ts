/** The conversations and tools that the API refuses, and those like them that it takes. */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Message from "@effect-mistral/core/Message"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"

/** A request that the API refuses, and what its client says of it. */
export interface Refused {
  readonly name: string
  /** Where the response of the API, or its rule, is known from; or that it is a guess. */
  readonly source: string
  readonly request: Partial<CompletionRequest.Chat>
  readonly body: Readonly<Record<string, unknown>>
  /** The check of the client that refuses it, too, or the reason why the client leaves it to the server. */
  readonly client: { readonly check: keyof RequestOptions.Checks } | { readonly leavesIt: string }
}

export const user: Message.User = { role: "user", content: "Hi" }
export const answer: Message.Assistant = { role: "assistant", content: "So." }
const system: Message.System = { role: "system", content: "Be brief." }

export const call = (id: string | undefined, name = "f") => ({
  ...(id === undefined ? undefined : { id }),
  function: { name, arguments: "{}" }
})

/** An assistant message with calls of these ids. */
export const calls = (...ids: ReadonlyArray<string | undefined>): Message.Assistant => ({
  role: "assistant",
  tool_calls: ids.map((id) => call(id))
})

export const result = (tool_call_id?: string | null): Message.ToolResult => ({
  role: "tool",
  content: "1",
  tool_call_id
})

const [a, b, c] = ["aaaaaaaaa", "bbbbbbbbb", "ccccccccc"] as const

const error = (message: string, type: string, code: string | null, raw = false) => ({
  object: "error",
  message,
  type,
  param: null,
  code,
  ...(raw ? { raw_status_code: 400 } : undefined)
})

const order = (message: string) => error(message, "invalid_request_message_order", "3230")
const ofAssistant = (message: string) => error(message, "invalid_request_assistant_message", "3240")
const ofCall = (message: string) => error(message, "invalid_function_call", "3280", true)
const other = (message: string) => error(message, "invalid_request_error", null)

const missing = order("Not the same number of function calls and responses")
const empty = ofAssistant("Assistant message must have either content or tool_calls, but not none.")
const last = order("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant")

const common = "mistralai/mistral-common, protocol/instruct/validator.py (1.11.7)"
const onlyRule = { leavesIt: "the rule is known from the validators alone, and not all models have it" }

const conversation = (
  name: string,
  source: string,
  messages: ReadonlyArray<Message.Message>,
  body: Refused["body"],
  client: keyof RequestOptions.Checks | { readonly leavesIt: string }
): Refused => ({
  name,
  source,
  request: { messages },
  body,
  client: typeof client === "string" ? { check: client } : client
})

const named = (name: string) =>
  `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`

const tool = (name: string, parameters: Readonly<Record<string, unknown>> = { type: "object" }) => ({
  tools: [{ type: "function" as const, function: { name, parameters } }]
})

const compiled = (problem: string) => other(`Grammar error: at 3(11): failed to compile JSON schema: ${problem}`)

/** The rows about messages. */
export const conversations: ReadonlyArray<Refused> = [
  conversation("no message", common, [], order("Conversation must have at least one message"), onlyRule),
  conversation(
    "nothing but a prefix",
    common,
    [{ role: "assistant", content: "So", prefix: true }],
    order("Conversation must start with a user message or system message"),
    onlyRule
  ),
  conversation(
    "nothing but an answer",
    common,
    [answer],
    order("Conversation must start with a user message or system message"),
    "lastMessage"
  ),
  conversation("an answer at the end", "anomalyco/opencode#19115", [user, answer], last, "lastMessage"),
  conversation(
    "an answer at the end, after a result",
    "mistral-small-latest in October 2026",
    [
      user,
      calls(a),
      result(a),
      answer
    ],
    last,
    "lastMessage"
  ),
  conversation("calls at the end", "mistral-small-latest in October 2026", [user, calls(a)], last, "lastMessage"),
  conversation(
    "a result after a question",
    "charmbracelet/crush#279",
    [user, result(a)],
    order("Unexpected role 'tool' after role 'user'"),
    "toolCalls"
  ),
  conversation(
    "a result after the instructions",
    common,
    [system, result(a)],
    order("Unexpected role 'tool' after role 'system'"),
    "toolCalls"
  ),
  conversation(
    "a question after a result",
    "avante-corp/avante.nvim#2695, onyx-dot-app/onyx#6458",
    [user, calls(a), result(a), user],
    order("Unexpected role 'user' after role 'tool'"),
    "order"
  ),
  conversation(
    "instructions after a result",
    common,
    [user, calls(a), result(a), system, user],
    order("Unexpected role 'system' after role 'tool'"),
    "order"
  ),
  conversation(
    "instructions after an answer",
    "swarmauri/swarmauri-sdk#162",
    [user, answer, system, user],
    order("Unexpected role 'system' after role 'assistant'"),
    { leavesIt: "newer models were seen to take instructions anywhere" }
  ),
  conversation(
    "a call without its result, and an answer",
    "NousResearch/hermes-agent#11722",
    [
      user,
      calls(a),
      answer,
      user
    ],
    missing,
    "toolCalls"
  ),
  conversation(
    "a call without its result, and a question",
    "mistral-small-latest in October 2026",
    [
      user,
      calls(a),
      user
    ],
    missing,
    "toolCalls"
  ),
  conversation(
    "fewer results than calls",
    "mistralai/client-ts#106",
    [user, calls(a, b), result(a)],
    missing,
    "toolCalls"
  ),
  conversation(
    "fewer results than calls, and an answer",
    common,
    [
      user,
      calls(a, b),
      result(b),
      answer,
      user
    ],
    missing,
    "toolCalls"
  ),
  conversation(
    "a result of an unknown call",
    "pydantic/pydantic-ai#3733",
    [user, calls(a), result(c)],
    order(`Unexpected tool call id ${c} in tool results`),
    "toolCalls"
  ),
  conversation(
    "a result more than there are calls",
    common,
    [user, calls(a), result(a), result(b)],
    order(`Unexpected tool call id ${b} in tool results`),
    "toolCalls"
  ),
  conversation(
    "a result after an answer without calls",
    common,
    [user, answer, result(a)],
    order(`Unexpected tool call id ${a} in tool results`),
    "toolCalls"
  ),
  conversation(
    "two results of one call",
    common,
    [user, calls(a, b), result(a), result(a)],
    order(`Duplicate tool call id ${a} in tool results`),
    "toolCalls"
  ),
  conversation(
    "two calls with one id",
    common,
    [user, calls(a, a), result(a), result(a)],
    order(`Duplicate tool call id ${a} in assistant message`),
    "toolCallIds"
  ),
  conversation(
    "two calls without ids",
    common,
    [user, calls(undefined, undefined), result(a), result(b)],
    order("Duplicate tool call id null in assistant message"),
    "toolCallIds"
  ),
  conversation(
    "a result without an id",
    "mistral-small-latest in October 2026",
    [user, calls(a), result()],
    order("Unexpected tool call id None in tool results"),
    "toolCallIds"
  ),
  conversation(
    "a result whose id is null",
    common,
    [user, calls(a), result(null)],
    order("Unexpected tool call id None in tool results"),
    "toolCallIds"
  ),
  conversation(
    "a call without an id",
    common,
    [user, calls(undefined), result(a)],
    order(`Unexpected tool call id ${a} in tool results`),
    "toolCallIds"
  ),
  conversation(
    "a call and a result with the id null",
    "vercel/ai#2477",
    [user, calls("null"), result("null")],
    ofCall("Tool call id has to be defined in serving mode."),
    "toolCallIds"
  ),
  conversation(
    "ids of another form",
    "nearai/ironclaw#1241",
    [user, calls("turn1_0"), result("turn1_0")],
    ofCall("Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9."),
    { leavesIt: "other models and servers have ids of other forms, and newer models were seen to take them" }
  ),
  conversation(
    "a call of a name with a dot",
    "nbonamy/witsy#164 (of a tool); the type and the code are a guess",
    [user, { role: "assistant", tool_calls: [call(a, "weather.get")] }, result(a)],
    ofCall(named("weather.get")),
    "tools"
  ),
  conversation(
    "a result of a name with a space",
    common,
    [user, calls(a), { ...result(a), name: "my tool" }],
    other(named("my tool")),
    { leavesIt: "the name of a result means nothing: the id says which call it is of" }
  ),
  ...([
    ["absent", { role: "assistant" }],
    ["null", { role: "assistant", content: null }],
    ["an empty text", { role: "assistant", content: "" }],
    ["an empty list, with an empty list of calls", { role: "assistant", content: [], tool_calls: [] }]
  ] satisfies ReadonlyArray<readonly [string, Message.Assistant]>).map(([what, message]) =>
    conversation(
      `an answer whose content is ${what}`,
      "mistralai/mistral-vibe#555, OpenHands/OpenHands#8685",
      [user, message, user],
      empty,
      "emptyMessage"
    )
  ),
  conversation(
    "an empty prefix",
    common,
    [user, { role: "assistant", content: "", prefix: true }],
    empty,
    "emptyMessage"
  ),
  conversation(
    "a prefix that is not at the end",
    `${common}, mistralai/client-ts#139`,
    [user, { role: "assistant", content: "So", prefix: true }, user],
    ofAssistant("Assistant message with prefix True must be last message"),
    onlyRule
  )
]

/** The rows about tools and schemas. */
export const tools: ReadonlyArray<Refused> = [
  ...["weather.get", "get weather", "", "a".repeat(65), "météo"].map((name): Refused => ({
    name: `a tool of the name ${JSON.stringify(name)}`,
    source: "nbonamy/witsy#164",
    request: tool(name),
    body: other(named(name)),
    client: { check: "tools" }
  })),
  {
    name: "a $ref in parameters that leads to nothing",
    source: "BerriAI/litellm#13389 (the form of the sentence); its end is llguidance's",
    request: tool("f", { type: "object", properties: { a: { $ref: "#/$defs/A" } } }),
    body: compiled("Pointer '/$defs/A' does not exist"),
    client: { check: "schemas" }
  },
  {
    name: "a $ref in parameters that leads to another document",
    source: "a guess, as above",
    request: tool("f", { type: "object", items: { $ref: "https://a.test/b.json" } }),
    body: compiled("Resource 'https://a.test/b.json' is not present in a registry and retrieving it failed"),
    client: { check: "schemas" }
  },
  {
    name: "a $ref in a response format that leads to nothing",
    source: "a guess, as above",
    request: {
      response_format: { type: "json_schema", json_schema: { name: "s", schema: { $ref: "#/definitions/A" } } }
    },
    body: other("Grammar error: failed to compile JSON schema: Pointer '/definitions/A' does not exist"),
    client: { check: "schemas" }
  },
  {
    name: "a $schema in parameters that names no draft",
    source: "BerriAI/litellm#13389; the end of the sentence is a guess",
    request: tool("f", { $schema: "https://json-schema.org/draft-07/schema", type: "object" }),
    body: compiled("Unimplemented keys: [\"$schema\"]"),
    client: { check: "tools" }
  },
  {
    name: "an $id in parameters",
    source: "BerriAI/litellm#13389; the end of the sentence is a guess",
    request: tool("f", { type: "object", properties: { a: { $id: "a", type: "string" } } }),
    body: compiled("Unimplemented keys: [\"$id\"]"),
    client: { leavesIt: "the report names it beside a $schema that names no draft, which may be the only cause" }
  },
  {
    name: "parameters that are no JSON Schema",
    source: "SylphxAI/pdf-reader-mcp#63",
    request: tool("f", { type: "object", properties: { n: { type: "array", items: { exclusiveMinimum: true } } } }),
    body: other("Invalid tool schema: {'exclusiveMinimum': True} is not valid under any of the given schemas"),
    client: { leavesIt: "it would need the schema of JSON Schemas" }
  },
  {
    name: "parameters without a JSON Schema around them",
    source: "UKGovernmentBEIS/inspect_ai#1562",
    request: tool("f", { description: { type: "string", description: "It's" } }),
    body: other("Invalid tool schema: {'type': 'string', 'description': \"It's\"} is not of type 'string'"),
    client: { leavesIt: "it would need the schema of JSON Schemas" }
  }
]

/** The requests that the API takes, and that the client sends. */
export const accepted: Readonly<Record<string, Partial<CompletionRequest.Chat>>> = {
  "results in another order": { messages: [user, calls(a, b), result(b), result(a)] },
  "the same id again in another answer": { messages: [user, calls(a), result(a), answer, user, calls(a), result(a)] },
  "an answer with nothing but thinking": {
    messages: [
      user,
      { role: "assistant", content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] },
      user
    ]
  },
  "content and calls in one answer": { messages: [user, { ...calls(a), content: "Let me see." }, result(a)] },
  "two answers after another": { messages: [user, answer, answer, user] },
  "instructions alone": { messages: [system] },
  "instructions at the end": { messages: [user, system] },
  "a prefix at the end": { messages: [user, { role: "assistant", content: "So", prefix: true }] },
  "calls of a tool that is not among the tools": { messages: [user, calls(a), result(a)], ...tool("g") },
  "a name of 64 characters": tool(`a_-${"Z9".repeat(30)}z`),
  "the $schema of a draft": tool("f", { $schema: "http://json-schema.org/draft-07/schema#", type: "object" }),
  "properties with the names of keywords": tool("f", {
    type: "object",
    properties: { $id: { type: "string" }, $schema: { type: "string" }, $ref: { type: "string" } }
  })
}
