import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import { ours } from "./ours.ts"

export const client = ours("ours-fetch", FetchHttpClient.layer)
