export { default } from "../../theme/index.ts"

// After the styles of the theme, which it changes. A style has no name.
// oxlint-disable-next-line import/no-unassigned-import
import "../../theme/style.css"
