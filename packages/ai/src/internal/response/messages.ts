import * as Completion from "@effect-mistral/core/Completion"
import type * as Message from "@effect-mistral/core/Message"

/** Which message of a choice a delta belongs to. A choice has more than one where Mistral ran built-in tools. */
export class Messages {
  /** The number of the message of the last delta. */
  index = 0
  #role = "assistant"
  #roles: Map<number, string> | undefined
  #callId: string | undefined
  #results: Completion.Accumulator | undefined
  readonly #resultDeltas = new WeakSet<object>()
  /** The number of the first message that is a result. */
  #firstResult = 0

  /** Whether a delta continues the assistant message of the one before it, which is so in nearly all responses. */
  continues(delta: Message.Delta): boolean {
    const { index, role } = delta
    return this.#role === "assistant" && (index === undefined || index === null || index === this.index) &&
      (role === undefined || role === null || role === "assistant" || role === "")
  }

  /** Moves on to the message of a delta. Returns whether it is the result of a tool that Mistral ran. */
  isResult(delta: Message.Delta): boolean {
    if (this.continues(delta)) return false
    const role = delta.role ? delta.role === "tool" ? "tool" : "assistant" : undefined
    const callId = delta.tool_call_id || undefined
    const index = delta.index ?? this.index
    const isNext = delta.index == null &&
      ((role !== undefined && role !== this.#role) || (callId !== undefined && this.#callId !== undefined &&
        callId !== this.#callId))
    this.#roles = (this.#roles ?? new Map()).set(this.index, this.#role)
    this.index = isNext ? index + 1 : index
    this.#role = role ?? this.#roles.get(this.index) ?? "assistant"
    this.#callId = callId ?? (isNext || this.#role !== "tool" ? undefined : this.#callId)
    if (this.#role !== "tool") return false
    this.#resultDeltas.add(delta)
    if (this.#results === undefined) this.#firstResult = this.index
    this.#results = Completion.append(this.#results ?? Completion.emptyAccumulator, {
      id: "",
      model: "",
      choices: [{ index: 0, delta: { ...delta, index: this.index } }]
    })
    return true
  }

  /** Whether a delta was the result of a tool that Mistral ran. */
  hasResult(delta: Message.Delta): boolean {
    return this.#resultDeltas.has(delta)
  }

  /** The results of the tools that Mistral ran. */
  results(): ReadonlyArray<Message.Delta> {
    if (this.#results === undefined) return []
    const { message, messages } = Completion.toResponse(this.#results).choices[0] ?? {}
    // The cast is safe: a whole message has the keys of a delta, and its calls those of a fragment.
    return messages ?? (message == null ? [] : [{ ...message as Message.Delta, index: this.#firstResult }])
  }
}
