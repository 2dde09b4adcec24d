import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { ours } from "./ours.ts"

export const client = ours("ours-effect-fetch", FetchHttpClient.layer)
