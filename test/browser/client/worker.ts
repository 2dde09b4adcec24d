/** The script of the worker. */
import { serve } from "./program.ts"

serve()
