/** Makes the bodies that the loopback server sends. They are like Mistral's, with a given number and size of events. */

/** The parameters of a stream. They are encoded in the request's `model`, which every client can set. */
export interface StreamSpec {
  /** The number of events with text or a fragment of a tool call's arguments. A first and a last event without are added. */
  readonly events: number
  readonly kind: "text" | "tools"
  /** Whether each chunk has padding of changing length, as those of Mistral's platform have. */
  readonly padding: boolean
  /** The number of characters of each event's text; 0 for words of natural length. */
  readonly text: number
  /** The bytes of each chunk of the HTTP body, or `event` for one event in each. */
  readonly write: number | "event"
  /** The milliseconds between two events; 0 for as fast as the client reads. */
  readonly pace: number
  /** The milliseconds between `[DONE]` and the end of the body; 0 for the same packet. */
  readonly tail: number
}

export const streamSpec = (spec: Partial<StreamSpec> & { readonly events: number }): StreamSpec => ({
  kind: "text",
  padding: false,
  text: 0,
  write: "event",
  pace: 0,
  tail: 0,
  ...spec
})

export const toModel = (spec: StreamSpec): string =>
  `stream:events=${spec.events},kind=${spec.kind},padding=${
    Number(spec.padding)
  },text=${spec.text},write=${spec.write},pace=${spec.pace},tail=${spec.tail}`

export const fromModel = (model: string): StreamSpec => {
  const fields = new Map(
    model.slice("stream:".length).split(",").map((field) => {
      const [name, value] = field.split("=")
      return [name!, value!] as const
    })
  )
  const number = (name: string) => Number(fields.get(name) ?? 0)
  return {
    events: number("events"),
    kind: fields.get("kind") === "tools" ? "tools" : "text",
    padding: number("padding") === 1,
    text: number("text"),
    write: fields.get("write") === "event" ? "event" : number("write"),
    pace: number("pace"),
    tail: number("tail")
  }
}

const words = "The light, he said once, is the principal person in the picture; and so the haystacks, the poplars, \
the cathedral at Rouen – painted again and again – are less about stone or straw than about the hour of the day. "
  .split(/(?= )/)

const wordAt = (spec: StreamSpec, index: number): string =>
  spec.text === 0
    ? words[index % words.length]!
    : "haystacks, poplars, water lilies; ".repeat(Math.ceil(spec.text / 34)).slice(0, spec.text)

const argumentsAt = (spec: StreamSpec, index: number): string => {
  if (index === 0) return `{"paintings":["Impression`
  if (index === spec.events - 1) return `"]}`
  return index % 4 === 0 ? `","Water Lilies no. ${index}` : ` seen${index}`
}

/** The text of event number `index`. */
export const textAt = (spec: StreamSpec, index: number): string =>
  spec.kind === "text" ? wordAt(spec, index) : argumentsAt(spec, index)

/** The number of characters that a client must have received at the end of a stream. */
export const characters = (spec: StreamSpec): number => {
  let sum = 0
  for (let index = 0; index < spec.events; index++) sum += textAt(spec, index).length
  return sum
}

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

/** The padding of chunk number `index`: the beginning of a fixed text, 1 to 36 characters that look random. */
const padding = (index: number): string => alphabet.slice(0, 1 + (Math.imul(index, 2_654_435_761) >>> 7) % 36)

/** The events of a stream as they are sent, `[DONE]` last. */
export const events = (spec: StreamSpec, id: string): Array<string> => {
  let chunks = 0
  const chunk = (delta: unknown, finish: string | null, usage?: unknown) =>
    `data: ${
      JSON.stringify({
        id,
        object: "chat.completion.chunk",
        created: 1769088720,
        model: "mistral-small-latest",
        choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
        usage,
        p: spec.padding ? padding(chunks++) : undefined
      })
    }\n\n`
  const all = [chunk({ role: "assistant", content: "" }, null)]
  for (let index = 0; index < spec.events; index++) {
    const text = textAt(spec, index)
    all.push(chunk(
      spec.kind === "text" ? { content: text } : {
        tool_calls: [{
          ...(index === 0 ? { id: "D681PevKs" } : undefined),
          type: "function",
          function: { name: index === 0 ? "list_paintings" : "", arguments: text },
          index: 0
        }],
        content: ""
      },
      null
    ))
  }
  all.push(chunk({ content: "" }, spec.kind === "text" ? "stop" : "tool_calls", {
    prompt_tokens: 13,
    total_tokens: 13 + spec.events,
    completion_tokens: spec.events
  }))
  all.push("data: [DONE]\n\n")
  return all
}

/** The body of a whole response. */
export const whole = JSON.stringify({
  id: "5319bd0299614c679a0068a4f2c8ffd0",
  created: 1769088720,
  model: "mistral-small-latest",
  usage: { prompt_tokens: 13, total_tokens: 113, completion_tokens: 100 },
  object: "chat.completion",
  choices: [{
    index: 0,
    finish_reason: "stop",
    message: { role: "assistant", tool_calls: null, content: words.join("").repeat(2) }
  }]
})

/** The number of characters in the text of `whole`. */
export const wholeCharacters = words.join("").length * 2
