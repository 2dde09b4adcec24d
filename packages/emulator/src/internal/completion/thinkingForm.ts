import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type { EmulatedModel } from "../models/modelList.ts"
import type { Random } from "../random/random.ts"
import type { ThinkingForm } from "../settings/settings.ts"

/** A recorded form of thinking. `docs/emulator-wire-format.md` names the recordings. */
export type RecordedThinking = Exclude<ThinkingForm, "model" | "mixed">

const forms = ["magistral", "strings", "arrays"] as const satisfies ReadonlyArray<RecordedThinking>

/** The form of the thinking of one completion. */
export const recordedThinking = (
  form: ThinkingForm,
  model: EmulatedModel | undefined,
  random: Random
): RecordedThinking => {
  if (form === "mixed") return random.pick(forms)
  if (form !== "model") return form
  return model?.alwaysThinks === true ? "magistral" : "strings"
}

/** A piece of thinking. Only the form of 2026 says whether the thinking is over. */
const piece = (form: RecordedThinking, text: string, closed: boolean): Content.ReceivedThinking => ({
  type: "thinking",
  thinking: text === "" ? [] : [{ type: "text", text }],
  ...(form === "strings" ? { closed } : undefined)
})

/** The content of a message. */
export interface Said {
  /** The tokens of the thinking. */
  readonly thinking: ReadonlyArray<string>
  /** The pieces of the text, and the number of generated tokens after which each is sent. */
  readonly texts: ReadonlyArray<{ readonly text: string; readonly after: number }>
  /** Whether the model went on after the thinking. If not, the token limit cut it. */
  readonly isClosed: boolean
}

/** The content of a whole message. */
export const wholeContent = (
  form: RecordedThinking,
  { isClosed, texts, thinking }: Said
): string | ReadonlyArray<Content.Received> => {
  const text = texts.map((piece) => piece.text).join("")
  if (thinking.length === 0) return text
  const thought = piece(form, thinking.join(""), isClosed)
  return text === "" ? [thought] : [thought, { type: "text", text }]
}

/** A delta, and the number of generated tokens after which it is sent. */
export interface TimedDelta {
  readonly after: number
  readonly delta: Message.Delta
}

/** The deltas with the role and the content. */
export const contentDeltas = (form: RecordedThinking, said: Said): ReadonlyArray<TimedDelta> => {
  const { isClosed, texts, thinking } = said
  const role: TimedDelta = { delta: { role: "assistant", content: "" }, after: 0 }
  const strings = texts.map(({ after, text }): TimedDelta => ({ delta: { content: text }, after }))
  if (thinking.length === 0) return [role, ...strings]
  const thoughts = thinking.map((text, at): TimedDelta => ({
    delta: {
      ...(form === "arrays" && at === 0 ? { role: "assistant" } : undefined),
      content: [piece(form, text, false)]
    },
    after: at + 1
  }))
  if (form === "arrays") {
    return [
      ...thoughts,
      ...texts.map(({ after, text }): TimedDelta => ({ delta: { content: [{ type: "text", text }] }, after }))
    ]
  }
  const end = piece(form, "", true)
  const closing: TimedDelta = { delta: { content: [end] }, after: thinking.length }
  if (form === "magistral") {
    const empty: TimedDelta = { delta: { content: "" }, after: 0 }
    return [role, empty, ...thoughts, ...(isClosed ? [closing] : []), ...strings]
  }
  const [first] = texts
  if (first === undefined) return [role, ...thoughts, ...(isClosed ? [closing] : [])]
  const turn: TimedDelta = { delta: { content: [end, { type: "text", text: first.text }] }, after: first.after }
  return [role, ...thoughts, turn, ...strings.slice(1)]
}
