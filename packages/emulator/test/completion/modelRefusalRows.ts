/** The requests that a model cannot serve. */
import type { Refused } from "./refusalRows.ts"

const leavesIt = "no client knows what a model can: the list of models changes without it"

const row = (name: string, source: string, model: string, more: Refused["request"], message: string): Refused => ({
  name,
  source,
  request: { ...more, model },
  body: {
    object: "error",
    message,
    type: "invalid_request_invalid_args",
    param: null,
    code: "3051",
    raw_status_code: 400
  },
  client: { leavesIt }
})

const image = { type: "image_url", image_url: "data:image/png;base64,AA==" } as const
const audio = { type: "input_audio", input_audio: "AA==" } as const
const thinking = { type: "thinking", thinking: [{ type: "text", text: "Hm" }] } as const
const user = { role: "user", content: "Hi" } as const

/** The rows about the capabilities of models. */
export const models: ReadonlyArray<Refused> = [
  row(
    "see an image",
    "zai-glm-5-2, devstral-small-2 in 2026",
    "codestral-latest",
    { messages: [{ role: "user", content: [image] }] },
    "Image input is not enabled for this model"
  ),
  row(
    "see the image of an earlier message",
    "as above",
    "codestral-latest",
    { messages: [{ role: "user", content: [image] }, { role: "assistant", content: "Nice." }, user] },
    "Image input is not enabled for this model"
  ),
  row(
    "hear",
    "a guess, after the sentence about images",
    "mistral-small-latest",
    { messages: [{ role: "user", content: [audio] }] },
    "Audio input is not enabled for this model"
  ),
  row(
    "read the thinking of another",
    "mistralai/mistral-vibe#758",
    "codestral-latest",
    { messages: [user, { role: "assistant", content: [thinking, { type: "text", text: "So." }] }, user] },
    "Reasoning input is not enabled for this model"
  ),
  ...(["none", "high"] as const).map((reasoning_effort) =>
    row(
      `think with the effort ${reasoning_effort}`,
      "ministral-14b-latest in October 2026, 1ay1/agentty's test of a live response",
      "codestral-latest",
      { reasoning_effort },
      "reasoning_effort is not enabled for this model"
    )
  ),
  row(
    "choose its effort, because it always thinks",
    "withceleste/celeste-python#311",
    "magistral-medium-latest",
    { reasoning_effort: "high" },
    "reasoning_effort is not enabled for this model"
  ),
  ...(["minimal", "low", "medium", "xhigh"] as const).map((reasoning_effort) =>
    row(
      `think with the effort ${reasoning_effort}`,
      "architects-toolkit/SmartHopper#647",
      "mistral-small-latest",
      { reasoning_effort },
      `reasoning_effort='${reasoning_effort}' is not supported for this model. ` +
        "Must be one of (<ReasoningEffort.none: 'none'>, <ReasoningEffort.high: 'high'>)"
    )
  ),
  ...["mistral-small-latest", "mistral-medium-latest", "codestral-latest"].map((model) =>
    row(
      `think by a prompt: ${model}`,
      "earendil-works/pi#3096 and #8700",
      model,
      { prompt_mode: "reasoning" },
      "Reasoning prompt mode is not enabled for this model"
    )
  )
]
