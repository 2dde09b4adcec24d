export { default } from "../../theme/index.ts"

// After the styles of the theme, which it changes.
import "../../theme/style.css"
