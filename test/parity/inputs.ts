/** Conversations and fill-in-the-middle requests that are sent by this library and by Mistral's SDK. */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"

/** The smallest chat request. */
export const chat: CompletionRequest.Chat = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Hi" }]
}

/** The smallest agents request. */
export const agents: CompletionRequest.Agents = { agent_id: "ag_1", messages: chat.messages }

/** The smallest fill-in-the-middle request. */
export const fim: CompletionRequest.Fim = { model: "codestral-latest", prompt: "def f(" }

const weather = {
  type: "function" as const,
  function: {
    name: "weather_now",
    description: "The weather",
    strict: true,
    parameters: { type: "object", properties: { city_name: { type: "string" } }, required: ["city_name"] }
  }
}

/** An input, and where the two clients differ about it. */
export interface Input<Request> {
  readonly input: Partial<Request>
  /** Keys of the table of differences. */
  readonly differs?: ReadonlyArray<string>
}

/** Conversations, for a model or for an agent. */
export const conversations: Record<string, Input<CompletionRequest.Chat>> = {
  "nothing but what is required": { input: {} },
  "every parameter": {
    input: {
      temperature: 0.3,
      top_p: 0.9,
      max_tokens: 64,
      stop: ["\n\n", "."],
      random_seed: 7,
      metadata: { some_tenant: "t", deep_er: { still_ours: [1, null] } },
      response_format: { type: "text" },
      tools: [weather],
      tool_choice: "auto",
      presence_penalty: 0,
      frequency_penalty: -0.5,
      n: 2,
      prediction: { type: "content", content: "So" },
      parallel_tool_calls: false,
      reasoning_effort: "high",
      prompt_mode: "reasoning",
      guardrails: [{ block_on_error: true }],
      prompt_cache_key: "k",
      service_tier: "auto",
      safe_prompt: true
    }
  },
  "null wherever it is taken": {
    input: {
      temperature: null,
      top_p: null,
      max_tokens: null,
      stop: null,
      random_seed: null,
      metadata: null,
      tools: null,
      presence_penalty: null,
      frequency_penalty: null,
      n: null,
      reasoning_effort: null,
      prompt_mode: null,
      guardrails: null,
      prompt_cache_key: null,
      service_tier: null
    }
  },
  "zeros, empty texts and empty arrays": {
    input: { temperature: 0, max_tokens: 0, random_seed: 0, stop: "", metadata: {}, tools: [], prompt_cache_key: "" }
  },
  "one stop text": { input: { stop: "." } },
  "no stop texts at all": { input: { stop: [] } },
  "a system message in pieces": {
    input: {
      messages: [{
        role: "system",
        content: [{ type: "text", text: "Be terse." }, {
          type: "thinking",
          thinking: [{ type: "text", text: "So" }],
          closed: true
        }]
      }, ...chat.messages]
    }
  },
  "several turns": {
    input: {
      messages: [
        { role: "system", content: "Be terse." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "Bye" }
      ]
    },
    differs: ["messages[].prefix"]
  },
  "a prefix": {
    input: { messages: [...chat.messages, { role: "assistant", content: "So", prefix: true }] }
  },
  "images": {
    input: {
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: "https://a.test/b.png" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "high" } },
          { type: "image_url", image_url: { url: "u", detail: null } }
        ]
      }]
    }
  },
  "documents and files": {
    input: {
      messages: [{
        role: "user",
        content: [
          { type: "document_url", document_url: "https://a.test/b.pdf", document_name: "b" },
          { type: "document_url", document_url: "https://a.test/c.pdf", document_name: null },
          { type: "file", file_id: "e85980c9-409e-4a46-9304-36588f6292b0" }
        ]
      }]
    }
  },
  "audio": { input: { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: "AAAA" }] }] } },
  "references": {
    input: { messages: [{ role: "user", content: [{ type: "reference", reference_ids: [0, "a"] }] }] }
  },
  "a content that is null": { input: { messages: [{ role: "user", content: null }] } },
  "thinking sent back": {
    input: {
      messages: [
        { role: "user", content: "2+2" },
        {
          role: "assistant",
          content: [
            {
              type: "thinking",
              thinking: [
                { type: "text", text: "4" },
                { type: "reference", reference_ids: [1] },
                { type: "tool_reference", tool: "web_search", title: "t", url: "u", favicon: null, description: null }
              ],
              signature: "sig",
              closed: true
            },
            { type: "text", text: "4" }
          ],
          prefix: false
        },
        { role: "user", content: "+2" }
      ]
    }
  },
  "thinking sent back without a word whether it is closed": {
    input: {
      messages: [
        ...chat.messages,
        {
          role: "assistant",
          content: [{ type: "thinking", thinking: [{ type: "text", text: "4" }] }],
          prefix: false
        },
        ...chat.messages
      ]
    }
  },
  "a function with all its keys": { input: { tools: [weather] } },
  "a function with as few keys as it may have": {
    input: { tools: [{ type: "function", function: { name: "f", parameters: {} } }] }
  },
  "every built-in tool": {
    input: {
      tools: [
        { type: "web_search" },
        {
          type: "web_search_premium",
          tool_configuration: { include: ["a"], exclude: null, requires_confirmation: ["a"] }
        },
        { type: "code_interpreter", tool_configuration: null },
        { type: "image_generation" },
        { type: "document_library", library_ids: ["06835734-9930-7a37-8000-4f8c1a5e2b3c"] },
        { type: "connector", connector_id: "mail", authorization: { type: "oauth2-token", value: "v" } },
        { type: "connector", connector_id: "crm", authorization: { type: "api-key", value: "v" } },
        { type: "connector", connector_id: "open", authorization: null }
      ]
    }
  },
  "tool_choice auto": { input: { tools: [weather], tool_choice: "auto" } },
  "tool_choice none": { input: { tools: [weather], tool_choice: "none" } },
  "tool_choice any": { input: { tools: [weather], tool_choice: "any" } },
  "tool_choice required": { input: { tools: [weather], tool_choice: "required" } },
  "tool_choice of one function": {
    input: { tools: [weather], tool_choice: { type: "function", function: { name: "weather_now" } } }
  },
  "a tool call and its result": {
    input: {
      messages: [
        ...chat.messages,
        {
          role: "assistant",
          content: "",
          tool_calls: [{
            id: "abcdefghi",
            type: "function",
            function: { name: "weather_now", arguments: "{\"city_name\":\"Paris\"}" },
            index: 0
          }],
          prefix: false
        },
        { role: "tool", content: "sunny", tool_call_id: "abcdefghi", name: "weather_now" }
      ]
    }
  },
  "arguments as an object, and a result in pieces": {
    input: {
      messages: [
        ...chat.messages,
        {
          role: "assistant",
          tool_calls: [{
            id: "abcdefghi",
            type: "function",
            function: { name: "weather_now", arguments: { city_name: "Paris" } },
            index: 3
          }],
          prefix: false
        },
        { role: "tool", content: [{ type: "text", text: "sunny" }], tool_call_id: "abcdefghi", name: null }
      ]
    }
  },
  "tool calls as native models send them": {
    input: {
      messages: [
        ...chat.messages,
        { role: "assistant", tool_calls: [{ function: { name: "weather_now", arguments: "{}" } }] },
        { role: "tool", content: null }
      ]
    },
    differs: [
      "messages[].prefix",
      "messages[].tool_calls[].id",
      "messages[].tool_calls[].type",
      "messages[].tool_calls[].index"
    ]
  },
  "an assistant message without content or calls": {
    input: { messages: [...chat.messages, { role: "assistant", content: null, tool_calls: null, prefix: false }] }
  },
  "a JSON object for an answer": { input: { response_format: { type: "json_object" } } },
  "a JSON schema for an answer": {
    input: {
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "book",
          description: null,
          schema: { type: "object", properties: { first_name: { type: "string" } }, additionalProperties: false },
          strict: true
        }
      }
    }
  },
  "a JSON schema without a word on its strictness": {
    input: { response_format: { type: "json_schema", json_schema: { name: "book", schema: {} } } }
  },
  "a prediction": { input: { prediction: { type: "content", content: "So" } } },
  "a prediction of nothing": { input: { prediction: {} }, differs: ["prediction.type", "prediction.content"] },
  "an answer of no form": { input: { response_format: {} } },
  "tool_choice of one function without its type": {
    input: { tools: [weather], tool_choice: { function: { name: "weather_now" } } },
    differs: ["tool_choice.type"]
  },
  "guardrails of both generations": {
    input: {
      guardrails: [{
        block_on_error: true,
        moderation_llm_v1: {
          model_name: "m1",
          custom_category_thresholds: { sexual: 0.1, dangerous_and_criminal_content: 0.2, pii: null },
          ignore_other_categories: false,
          action: "block"
        },
        moderation_llm_v2: {
          model_name: "m2",
          custom_category_thresholds: { jailbreaking: 0.1, hate_and_discrimination: 0.3 },
          ignore_other_categories: true,
          action: "none"
        }
      }]
    }
  },
  "a guardrail with defaults": {
    input: { guardrails: [{ moderation_llm_v2: { action: "block" }, moderation_llm_v1: {} }] },
    differs: [
      "guardrails[].block_on_error",
      "guardrails[].moderation_llm_v1.model_name",
      "guardrails[].moderation_llm_v1.ignore_other_categories",
      "guardrails[].moderation_llm_v2.model_name",
      "guardrails[].moderation_llm_v2.ignore_other_categories"
    ]
  },
  "guardrails whose moderations are null": {
    input: { guardrails: [{ block_on_error: false, moderation_llm_v1: null, moderation_llm_v2: null }] }
  },
  "every reasoning effort: none": { input: { reasoning_effort: "none" } },
  "every reasoning effort: xhigh": { input: { reasoning_effort: "xhigh" } },
  "text of all planes": { input: { messages: [{ role: "user", content: "é 漢 😀 \u2028 \" \\ \n" }] } }
}

/** Code to fill in. */
export const gaps: Record<string, Input<CompletionRequest.Fim>> = {
  "nothing but what is required": { input: {} },
  "every parameter": {
    input: {
      suffix: "return a+b",
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 64,
      min_tokens: 1,
      stop: ["\n\n", "#"],
      random_seed: 7,
      metadata: { some_tenant: "t", deep_er: { still_ours: [1, null] } },
      prompt_cache_key: "k"
    }
  },
  "null wherever it is taken": {
    input: {
      suffix: null,
      temperature: null,
      top_p: null,
      max_tokens: null,
      min_tokens: null,
      stop: null,
      random_seed: null,
      metadata: null,
      prompt_cache_key: null
    }
  },
  "zeros, empty texts and empty arrays": {
    input: {
      prompt: "",
      suffix: "",
      temperature: 0,
      max_tokens: 0,
      min_tokens: 0,
      random_seed: 0,
      stop: [],
      metadata: {},
      prompt_cache_key: ""
    }
  },
  "a suffix": { input: { suffix: "return a+b" } },
  "one stop text": { input: { stop: "\n" } },
  "an empty stop text": { input: { stop: "" } },
  "an alias of a model": { input: { model: "codestral-2405" } },
  "the bounds of what is drawn": { input: { temperature: 1.5, top_p: 0.000001 } },
  "white space at both ends": { input: { prompt: "\tif x:\r\n        ", suffix: "\n\n" } },
  "text of all planes": { input: { prompt: "é 漢 😀 \u2028 \" \\ \n", suffix: "👩‍💻" } }
}
