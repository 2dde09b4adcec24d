/** The theme of the site: VitePress's own, without its fonts, with the search box of the site. */
import DefaultTheme from "vitepress/theme-without-fonts"
import { h } from "vue"
import { SearchBox } from "./SearchBox.ts"

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "nav-bar-content-before": () => h(SearchBox) })
}
