/** Mistral's own SDK of the versions 1. */
import { Mistral } from "mistralai-1"
import { testClient } from "../test/conformance/clientSuite.ts"
import { mistralClient, type MistralSdk } from "../test/conformance/mistralClient.ts"

testClient("@mistralai/mistralai 1", (serverURL, apiKey) => {
  // The cast is safe: the types of the versions differ in parts that the suite does not use.
  const sdk = new Mistral({ serverURL, apiKey }) as unknown as MistralSdk
  return mistralClient(sdk)
})
