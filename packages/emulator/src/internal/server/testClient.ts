import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import type * as Redacted from "effect/Redacted"

/** A client of an emulator. It does not retry unless the options say so. */
export const testClient = (
  { apiKey, url }: { readonly apiKey: Redacted.Redacted<string>; readonly url: string },
  options: Omit<MistralClient.Options, "apiKey" | "baseUrl"> | undefined
) => MistralClient.layer({ retry: RetryPolicy.none, ...options, apiKey, baseUrl: url })
