/** The page: sends what a person writes, shows the answer as it comes, and stops it. */
import { send } from "./api.js"
import { button, byId, element } from "./dom.js"
import { load, messagesOf, save } from "./store.js"
import { turnView } from "./turnView.js"

const suggestions = [
  "What do I need for a day in Zurich with 100 euros?",
  "How is the weather on the Moon?",
  "How do I stream a completion with Effect?"
]

const list = byId("turns", HTMLOListElement)
const prompt = byId("prompt", HTMLTextAreaElement)
const sendButton = byId("send", HTMLButtonElement)
const stopButton = byId("stop", HTMLButtonElement)
const clearButton = byId("clear", HTMLButtonElement)
const status = byId("status", HTMLParagraphElement)
const scroller = document.scrollingElement ?? document.documentElement

let turns = load()

/** The answer that is being written. @type {AbortController | undefined} */
let writing

/** Stays at the end of the conversation, unless a person has scrolled up to read. @param {() => void} change */
const keepAtEnd = (change) => {
  const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80
  change()
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight
}

/** @param {import("./store.js").Turn} turn */
const show = (turn) => {
  const view = turnView(turn, () => retry(turn))
  list.append(view.root)
  return view
}

const showState = () => {
  byId("welcome", HTMLElement).hidden = turns.length > 0
  clearButton.hidden = turns.length === 0
  sendButton.hidden = writing !== undefined
  stopButton.hidden = writing === undefined
  // Only the last turn can be tried again.
  for (const [index, { children }] of [...list.children].entries()) {
    for (const made of children[2]?.querySelectorAll("button") ?? []) made.hidden = index < turns.length - 1
  }
}

/** @param {string} text */
const ask = async (text) => {
  if (writing !== undefined || text.trim() === "") return
  /** @type {import("./store.js").Turn} */
  const turn = { prompt: text.trim(), parts: [], messages: [] }
  const messages = [...messagesOf(turns), { role: "user", content: turn.prompt }]
  turns.push(turn)
  const { signal } = writing = new AbortController()
  const view = show(turn)
  showState()
  scroller.scrollTop = scroller.scrollHeight
  status.textContent = "The model is writing"
  let drawn = false
  /** Draws at most once for each frame, however many tokens come. */
  const changed = () => {
    if (drawn) return
    drawn = true
    requestAnimationFrame(() => {
      drawn = false
      keepAtEnd(view.update)
    })
  }
  const failure = await send(messages, signal, {
    text: ({ text }) => {
      const last = turn.parts.at(-1)
      if (last?.type === "text") last.text += text
      else if (text !== "") turn.parts.push({ type: "text", text })
      changed()
    },
    call: (call) => {
      turn.parts.push({ type: "call", ...call })
      changed()
    },
    result: ({ content, failed, id }) => {
      const call = turn.parts.findLast((part) => part.type === "call" && part.id === id)
      if (call?.type === "call") Object.assign(call, { result: content, failed })
      changed()
    },
    messages: ({ messages }) => {
      turn.messages.push(...messages)
      save(turns)
    },
    done: ({ finishReason, model, tokens }) => {
      const cut = finishReason === "length" ? ", cut at its limit of tokens" : ""
      turn.summary = `${model}, ${tokens} tokens${cut}`
    }
  })
  turn.end = signal.aborted ? "stopped" : failure === undefined ? "done" : "failed"
  if (failure !== undefined && !signal.aborted) turn.failure = failure
  writing = undefined
  status.textContent = { done: "The answer is complete", stopped: "Stopped", failed: "" }[turn.end]
  save(turns)
  keepAtEnd(view.update)
  showState()
}

/** Asks again, in place of the turn. @param {import("./store.js").Turn} turn */
const retry = (turn) => {
  if (writing !== undefined || turns.at(-1) !== turn) return
  turns.pop()
  list.lastElementChild?.remove()
  prompt.focus()
  void ask(turn.prompt)
}

const submit = () => {
  const text = prompt.value
  if (writing !== undefined || text.trim() === "") return
  prompt.value = ""
  void ask(text)
}

const stop = () => {
  writing?.abort()
  prompt.focus()
}

byId("composer", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault()
  submit()
})
prompt.addEventListener("keydown", (event) => {
  // A key that ends the composition of a character does not send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  submit()
})
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stop()
})
stopButton.addEventListener("click", stop)
clearButton.addEventListener("click", () => {
  writing?.abort()
  turns = []
  list.replaceChildren()
  save(turns)
  showState()
  prompt.focus()
})
byId("suggestions", HTMLUListElement).append(
  ...suggestions.map((text) => element("li", {}, button(text, () => void ask(text))))
)
// A page that is left stops its answer. What came of it is there after a reload.
addEventListener("pagehide", () => {
  writing?.abort()
  save(turns)
})
for (const turn of turns) show(turn)
showState()
scroller.scrollTop = scroller.scrollHeight
prompt.focus()
