/** The script of the service worker. */
import { serve } from "./program.ts"

serve()
