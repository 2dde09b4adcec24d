import * as FetchHttpClient from "@effect-mistral/core/FetchHttpClient"
import { oneByOne, ours } from "./ours.ts"

/** This library over fetch, with one effect per chunk on the caller's side. */
export const client = ours("ours-each", FetchHttpClient.layer, oneByOne)
