/** The page: it asks for the key, connects to the feed, and shows what comes. */
import { forgetKey, keepKey, readKey } from "./adminKey.js"
import { ApiError, makeApi } from "./api.js"
import { find, setText } from "./dom.js"
import { makeEventPanel } from "./eventPanel.js"
import { makeFaultPanel } from "./faultPanel.js"
import { makeRequestDetails } from "./requestDetails.js"
import { makeRequestList } from "./requestList.js"
import { makeStore } from "./requestStore.js"
import { makeRulePanel } from "./rulePanel.js"
import { makeTabs } from "./tabs.js"

/** Milliseconds until a lost connection is tried again. */
const pause = 1000

/** @param {string} kind @param {string} text */
const showConnection = (kind, text) => {
  const node = find("connection", HTMLElement)
  node.dataset["kind"] = kind
  setText(node, text)
}

/** @param {string} problem */
const askForKey = (problem) => {
  forgetKey()
  showConnection("broken", "Not connected")
  const line = find("key-problem", HTMLElement)
  line.hidden = problem === ""
  setText(line, problem)
  find("page", HTMLElement).hidden = true
  find("entrance", HTMLElement).hidden = false
  const field = find("key", HTMLInputElement)
  field.value = ""
  field.focus()
}

/** @param {import("./api.js").Api} api */
const makePage = (api) => {
  const store = makeStore()
  const said = find("said", HTMLElement)
  /** @param {string} text */
  const say = (text) => setText(said, text)
  const panel = find("details", HTMLElement)
  const follow = find("follow", HTMLInputElement)
  const details = makeRequestDetails(panel, api, store)

  /** @param {string} id */
  const select = (id) => {
    const request = store.requests.get(id)
    if (request === undefined) return
    list.select(id)
    details.show(request)
  }
  const list = makeRequestList(find("requests", HTMLTableSectionElement), (id) => {
    follow.checked = false
    select(id)
  })
  const faults = makeFaultPanel(
    {
      armed: find("armed", HTMLElement),
      buttons: find("fault-buttons", HTMLElement),
      clear: find("clear", HTMLButtonElement),
      form: find("fault-form", HTMLFormElement),
      own: find("own-fault", HTMLTextAreaElement),
      path: find("path", HTMLInputElement),
      scope: find("scope", HTMLInputElement),
      times: find("times", HTMLInputElement)
    },
    api,
    say
  )
  const rules = makeRulePanel(find("rules", HTMLElement))
  const events = makeEventPanel(
    {
      form: find("search-form", HTMLFormElement),
      text: find("search", HTMLInputElement),
      found: find("events", HTMLElement),
      more: find("more", HTMLButtonElement),
      panel
    },
    api,
    say,
    () => {
      follow.checked = false
      details.leave()
      list.select(undefined)
    }
  )
  const eventsTab = find("events-tab", HTMLElement)
  makeTabs([find("requests-tab", HTMLElement), eventsTab], (tab) => {
    if (tab === eventsTab) void events.search()
  })
  const filter = find("filter", HTMLInputElement)
  filter.addEventListener("input", () => list.filter(filter.value, store.requests))

  /** The requests whose rows are to be brought up to date with the next frame. */
  /** @type {Set<string>} */
  const changed = new Set()
  let isScheduled = false
  /** @param {string} id */
  const change = (id) => {
    changed.add(id)
    if (isScheduled) return
    isScheduled = true
    requestAnimationFrame(draw)
  }
  const draw = () => {
    isScheduled = false
    for (const id of changed) {
      const request = store.requests.get(id)
      if (request !== undefined) list.show(request)
    }
    list.keep(store.requests)
    find("no-requests", HTMLElement).hidden = store.requests.size > 0
    const newest = [...store.requests.keys()].at(-1)
    if (follow.checked && newest !== undefined && newest !== details.shown()) select(newest)
    else if (changed.has(details.shown() ?? "")) {
      const isAtEnd = panel.scrollHeight - panel.scrollTop - panel.clientHeight < 40
      details.update()
      if (follow.checked && isAtEnd) panel.scrollTop = panel.scrollHeight
    }
    changed.clear()
  }
  follow.addEventListener("change", () => change(""))

  /** @param {any} message a message of the feed */
  const receive = (message) => {
    switch (message.type) {
      case "requests":
        store.putAll(message.requests)
        for (const { id } of message.requests) change(id)
        change("")
        break
      case "request":
        store.put(message.request)
        change(message.request.id)
        // The feed sends the armed faults where they differ from those that it sent: one that was armed and used between two
        // looks differs from nothing, but a click has shown it here.
        if (message.request.fault !== undefined) void faults.refresh()
        break
      case "body":
        store.addText(message.id, message.text)
        change(message.id)
        break
      case "state":
        faults.show(message.faults)
        rules.show(message.rules)
        break
    }
  }
  return { receive }
}

/** @param {string} key */
const open = async (key) => {
  const api = makeApi(key)
  try {
    const { apiKey, version } = await api.get("info")
    setText(find("version", HTMLElement), `${version} on ${location.origin}`)
    setText(
      find("exports", HTMLElement),
      `export MISTRAL_BASE_URL=${location.origin}\nexport MISTRAL_API_KEY=${apiKey}`
    )
  } catch (error) {
    if (error instanceof ApiError) {
      return askForKey(error.status === 401 ? "This is not the admin key of this emulator." : error.message)
    }
    showConnection("broken", "The emulator does not respond. Trying again")
    await new Promise((resolve) => setTimeout(resolve, pause))
    return open(key)
  }
  keepKey(key)
  find("entrance", HTMLElement).hidden = true
  find("page", HTMLElement).hidden = false
  const { receive } = makePage(api)
  for (;;) {
    try {
      await api.feed((message) => {
        showConnection("good", "Connected")
        try {
          receive(message)
        } catch (error) {
          // A mistake of the page does not end the feed, and is not taken for a lost connection.
          reportError(error)
        }
      })
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        // The emulator was started again and has another key. The page has listeners that a second start must not repeat.
        forgetKey()
        return location.reload()
      }
    }
    showConnection("broken", "The emulator does not respond. Trying again")
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

find("key-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault()
  void open(find("key", HTMLInputElement).value.trim())
})

const key = readKey()
if (key === undefined) askForKey("")
else void open(key)
