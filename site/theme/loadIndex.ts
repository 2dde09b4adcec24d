/** The index of the search, which is loaded when the box is opened for the first time. */
import { withBase } from "vitepress"
import type { Hit } from "../search/search.ts"
import type { Section } from "../search/section.ts"

/** Searches the site. */
export type Search = (query: string) => ReadonlyArray<Hit>

let loading: Promise<Search> | undefined

const load = async (): Promise<Search> => {
  const [{ makeIndex, search }, response] = await Promise.all([
    import("../search/search.ts"),
    fetch(withBase("/search.json"))
  ])
  if (!response.ok) throw new Error(`The index could not be loaded: status ${response.status}`)
  // The cast is safe: the build writes sections into this file.
  const index = makeIndex(await response.json() as ReadonlyArray<Section>)
  return (query) => search(index, query)
}

/** Loads the index once. A failure is not kept, so that the next call tries again. */
export const loadIndex = (): Promise<Search> =>
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
