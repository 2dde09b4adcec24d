import * as Agents from "@effect-mistral/agents/Agents"
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { requestTests } from "../../core/test/fixtures/requestTests.ts"

requestTests<Agents.Request>({
  endpoint: "agents",
  make: Agents.make(),
  schema: CompletionRequest.Agents,
  request: { agent_id: "ag_1", messages: [{ role: "user", content: "Hi" }] }
})
