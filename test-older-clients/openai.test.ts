/** OpenAI's SDK of the versions 4, 5 and 6. */
import OpenAI4 from "openai"
import OpenAI5 from "openai-5"
import OpenAI6 from "openai-6"
import { testClient } from "../test/conformance/clientSuite.ts"
import { openaiClient, type OpenAISdk } from "../test/conformance/openaiClient.ts"

const versions = { "openai 4": OpenAI4, "openai 5": OpenAI5, "openai 6": OpenAI6 }

for (const [name, Sdk] of Object.entries(versions)) {
  testClient(name, (url, apiKey) => {
    // The cast is safe: the types of the versions differ in parts that the suite does not use.
    const sdk = new Sdk({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }) as unknown as OpenAISdk
    return {
      ...openaiClient(sdk),
      // These versions read the key `error` of an error's body, which Mistral's errors lack: they say "(no body)".
      errorOf: (error) => ({ status: (error as { readonly status: number }).status })
    }
  })
}
