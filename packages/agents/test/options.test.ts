import { Agents } from "@effect-mistral/agents"
import { operationsOf, optionsTests, pairedMessages, unpairedMessages } from "../../core/test/fixtures/optionsTests.ts"

optionsTests("Agents", {
  ...Agents,
  key: Agents.Agents,
  operations: operationsOf(Agents, { agent_id: "ag_1", messages: pairedMessages }),
  unpaired: operationsOf(Agents, { agent_id: "ag_1", messages: unpairedMessages })
})
