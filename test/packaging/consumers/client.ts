/** The client of the programs here: it talks to the server whose address and key are the arguments of the program. */
import { FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Layer, Redacted } from "effect"

const [baseUrl = "", apiKey = ""] = process.argv.slice(2)

export const ClientLive = MistralClient.layer({
  apiKey: Redacted.make(apiKey),
  baseUrl,
  retry: RetryPolicy.none,
  timeout: { total: "20 seconds" }
}).pipe(Layer.provide(FetchHttpClient.layer))

/** Prints what a program found, as the script that runs it reads it. */
export const print = (found: ReadonlyArray<unknown>): void => console.log(JSON.stringify(found))
