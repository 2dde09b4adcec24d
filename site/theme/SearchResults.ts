/** The list of the pages that a search has found. */
import { withBase } from "vitepress"
import { defineComponent, h, type PropType } from "vue"
import type { Hit } from "../search/search.ts"
import type { Kind, Section } from "../search/section.ts"
import { excerpt } from "./excerpt.ts"

/** The id of the list. */
export const listId = "search-results"

/** The id of a page of the list. */
export const optionId = (index: number): string => `search-result-${index}`

const names: Readonly<Record<Kind, string>> = {
  guide: "Guide",
  overview: "Guide",
  emulator: "Emulator",
  package: "Package",
  project: "Project",
  decision: "Decision",
  api: "API"
}

/** The heading of a section with those above it. */
const pathOf = ({ heading, parents }: Section) => [parents, heading].filter((text) => text !== "").join(" › ")

/** The pages that were found, each with the section that fits best, and links to two others. */
export const SearchResults = defineComponent({
  name: "SearchResults",
  props: {
    // The casts are safe: Vue takes the constructor for the type of the property.
    hits: { type: Array as unknown as PropType<ReadonlyArray<Hit>>, required: true },
    selected: { type: Number, required: true }
  },
  emits: { go: (_address: string) => true, select: (_index: number) => true },
  setup(props, { emit }) {
    const link = (section: Section, content: Parameters<typeof h>[2], className: string) =>
      h("a", {
        class: className,
        href: withBase(section.address),
        tabindex: -1,
        onClick: (event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          emit("go", section.address)
        }
      }, content)
    const option = (hit: Hit, index: number) => {
      const [best, ...others] = hit.sections
      if (best === undefined) return null
      return h("li", {
        id: optionId(index),
        key: best.address,
        role: "option",
        "aria-selected": String(index === props.selected),
        onMousemove: () => index !== props.selected && emit("select", index)
      }, [
        link(best, [
          h("span", { class: "search-title" }, [
            h("strong", hit.page),
            best.heading === "" ? null : h("span", { class: "search-path" }, ` › ${pathOf(best)}`),
            h("span", { class: "search-kind" }, names[hit.kind])
          ]),
          h(
            "span",
            { class: "search-excerpt" },
            excerpt(best.text, hit.words).map(({ isFound, text }) => isFound ? h("mark", text) : text)
          )
        ], "search-best"),
        ...others.filter(({ heading }) => heading !== "").map((section) =>
          link(section, pathOf(section), "search-other")
        )
      ])
    }
    return () =>
      h("ul", { id: listId, class: "search-results", role: "listbox", "aria-label": "Results" }, props.hits.map(option))
  }
})
