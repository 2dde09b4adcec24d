import type * as Message from "@effect-mistral/core/Message"
import type * as Tool from "@effect-mistral/core/Tool"
import type { EmulatedModel } from "../models/modelList.ts"
import type { Random } from "../random/random.ts"
import type { ToolCallForm } from "../settings/settings.ts"
import { tokenize } from "../text/tokenizer.ts"
import type { ToolCall } from "./toolCalls.ts"

/** A recorded form of tool calls. `docs/emulator-wire-format.md` names the recordings. */
export type RecordedCalls = Exclude<ToolCallForm, "model" | "mixed">

const forms = ["mistral", "index", "type", "fragments", "object"] as const satisfies ReadonlyArray<RecordedCalls>

/** The form of the calls of one completion. */
export const recordedCalls = (
  form: ToolCallForm,
  model: EmulatedModel | undefined,
  random: Random
): RecordedCalls => {
  if (form === "mixed") return random.pick(forms)
  if (form !== "model") return form
  return model?.like?.startsWith("zai-") === true ? "fragments" : "mistral"
}

/** The keys that a form adds to a call. */
const keys: { readonly [Form in RecordedCalls]: (index: number) => { type?: "function"; index?: number } } = {
  mistral: () => ({}),
  index: (index) => ({ index }),
  type: () => ({ type: "function" }),
  fragments: (index) => ({ type: "function", index }),
  object: (index) => ({ type: "function", index })
}

/** Arguments that are cut at the token limit are no JSON, and stay a text in every form. */
const toArguments = (form: RecordedCalls, text: string): string | Record<string, unknown> => {
  if (form !== "object") return text
  try {
    const value: unknown = JSON.parse(text)
    // The cast is safe: an object of JSON has string keys.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : text
  } catch {
    return text
  }
}

const wholeCall = (form: RecordedCalls) => (call: ToolCall, index: number): Tool.ReceivedCall => {
  const { arguments: text, name } = call.function
  return { id: call.id, function: { name, arguments: toArguments(form, text) }, ...keys[form](index) }
}

/** The message of a whole response with tool calls. `content` is `""` if the model wrote nothing else. */
export const messageWithCalls = (
  form: RecordedCalls,
  content: NonNullable<Message.Received["content"]>,
  calls: ReadonlyArray<ToolCall>
): Message.Received => ({
  role: "assistant",
  // Only the recordings of 2026 leave the empty content out.
  ...(form === "mistral" && content === "" ? undefined : { content }),
  tool_calls: calls.map(wholeCall(form)),
  ...(form === "type" ? { prefix: false } : undefined)
})

/** What the delta with the calls has as its content. The recorded streams of 2025 leave it out. */
const contentOf: { readonly [Form in RecordedCalls]: Pick<Message.Delta, "content"> } = {
  mistral: { content: null },
  index: {},
  type: { content: "" },
  fragments: { content: "" },
  object: { content: "" }
}

/** The delta that has all calls. */
export const deltaWithCalls = (form: RecordedCalls, calls: ReadonlyArray<ToolCall>): Message.Delta => ({
  ...contentOf[form],
  tool_calls: calls.map(wholeCall(form))
})

/** A delta with a part of a call, and the number of tokens that the calls have up to its end. */
export interface Fragment {
  readonly tokens: number
  readonly delta: Message.Delta
}

/** What the deltas of hosted models have beside the fragment of a call. */
export const hosted = { index: 0, content: "" }

/**
 * The calls in fragments: the role once more, then of each call the name with empty arguments, and the arguments, one token
 * at a time, with an empty name and without the id.
 */
export const fragments = (calls: ReadonlyArray<ToolCall>): ReadonlyArray<Fragment> => {
  let tokens = 0
  const begin: Fragment = { tokens, delta: { role: "assistant", ...hosted } }
  const parts = calls.flatMap(({ function: { arguments: text, name }, id }, index): ReadonlyArray<Fragment> => {
    tokens += tokenize(name).length
    const fragment = (call: Tool.CallDelta): Fragment => ({ tokens, delta: { tool_calls: [call], ...hosted } })
    return [
      fragment({ id, function: { name, arguments: "" }, ...keys.fragments(index) }),
      ...tokenize(text).map((piece) => {
        tokens += 1
        return fragment({ function: { name: "", arguments: piece }, ...keys.fragments(index) })
      })
    ]
  })
  return [begin, ...parts]
}
