/** The search: a button in the bar, and a dialog with a box and the pages that answer what is typed. */
import { useRouter, withBase } from "vitepress"
import { defineComponent, h, nextTick, onBeforeUnmount, onMounted, ref, useTemplateRef } from "vue"
import type { Hit } from "../search/search.ts"
import { loadIndex } from "./loadIndex.ts"
import { listId, optionId, SearchResults } from "./SearchResults.ts"

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))

/** The search box. Ctrl+K, ⌘K and `/` open it; the arrow keys, Enter and Escape do what they do in a list. */
export const SearchBox = defineComponent({
  name: "SearchBox",
  setup() {
    const router = useRouter()
    const dialog = useTemplateRef<HTMLDialogElement>("dialog")
    const box = useTemplateRef<HTMLInputElement>("box")
    const query = ref("")
    const hits = ref<ReadonlyArray<Hit>>([])
    const selected = ref(0)
    const problem = ref("")

    const update = async () => {
      try {
        const search = await loadIndex()
        problem.value = ""
        hits.value = search(query.value)
        selected.value = 0
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error)
      }
    }
    const open = () => {
      if (dialog.value?.open === true) return
      dialog.value?.showModal()
      box.value?.select()
      void update()
    }
    const close = () => dialog.value?.close()
    const go = (address: string) => {
      close()
      void router.go(withBase(address))
    }
    const select = async (index: number) => {
      if (hits.value.length === 0) return
      selected.value = (index + hits.value.length) % hits.value.length
      await nextTick()
      document.getElementById(optionId(selected.value))?.scrollIntoView({ block: "nearest" })
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "ArrowDown") void select(selected.value + 1)
      else if (event.key === "ArrowUp") void select(selected.value - 1)
      // A search field would take it for itself, and only become empty.
      else if (event.key === "Escape") close()
      else if (event.key === "Enter") {
        const address = hits.value[selected.value]?.sections[0]?.address
        if (address !== undefined) go(address)
      } else return
      event.preventDefault()
    }
    const onShortcut = (event: KeyboardEvent) => {
      const isOpening = ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") ||
        (event.key === "/" && !isTyping(event.target))
      if (!isOpening) return
      event.preventDefault()
      open()
    }
    onMounted(() => window.addEventListener("keydown", onShortcut))
    onBeforeUnmount(() => window.removeEventListener("keydown", onShortcut))

    const button = () =>
      h("button", { type: "button", class: "search-button", "aria-label": "Search", onClick: open }, [
        h("span", { class: "search-icon", "aria-hidden": "true" }),
        h("span", { class: "search-placeholder" }, "Search"),
        h("kbd", { "aria-hidden": "true" }, "Ctrl K")
      ])
    const input = () =>
      h("input", {
        ref: "box",
        type: "search",
        role: "combobox",
        placeholder: "How do I ...",
        autocomplete: "off",
        spellcheck: "false",
        "aria-label": "Search",
        "aria-expanded": String(hits.value.length > 0),
        "aria-controls": listId,
        "aria-autocomplete": "list",
        "aria-activedescendant": hits.value.length > 0 ? optionId(selected.value) : undefined,
        value: query.value,
        onInput: (event: Event) => {
          if (event.target instanceof HTMLInputElement) query.value = event.target.value
          void update()
        },
        onKeydown: onKey
      })
    const message = () => {
      if (problem.value !== "") return problem.value
      return query.value.trim() !== "" && hits.value.length === 0 ? "Nothing was found." : ""
    }
    return () =>
      h("div", { class: "search" }, [
        button(),
        h("dialog", {
          ref: "dialog",
          class: "search-dialog",
          "aria-label": "Search",
          // The dialog fills its own border: a click on it, and not on what it holds, is a click beside it.
          onClick: (event: Event) => event.target === dialog.value && close()
        }, [
          h("div", { class: "search-panel" }, [
            h("div", { class: "search-line" }, [
              input(),
              h("button", { type: "button", class: "search-close", "aria-label": "Close", onClick: close }, "Esc")
            ]),
            h(SearchResults, {
              hits: hits.value,
              selected: selected.value,
              onGo: go,
              onSelect: (index: number) => {
                selected.value = index
              }
            }),
            h("p", { class: "search-message", role: "status" }, message())
          ])
        ])
      ])
  }
})
