/** OpenAI's SDK of version 7, whose other tests are in `openai.test.ts`. The older versions are in `test-older-clients`. */
import OpenAI from "openai"
import { testClient } from "./clientSuite.ts"
import { openaiClient } from "./openaiClient.ts"

testClient("openai 7", (url, apiKey) => openaiClient(new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 })))
