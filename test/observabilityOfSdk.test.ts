/** What Mistral's newest SDK no longer has of the observability API, and this library has. */
import * as Observability from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"

describe("Mistral's newest SDK", () => {
  const sdk = new Mistral({ apiKey: "a" }).beta.observability

  it("has neither chat completion events nor their fields and campaigns", () => {
    const resources = getters(sdk)
    assert.includeMembers(resources, ["datasets", "judges", "logs", "spans", "traces"])
    for (const gone of ["chatCompletionEvents", "campaigns"]) assert.notInclude(resources, gone)
    assert.containsAllKeys(Observability, ["ChatCompletionEvents", "Fields", "Campaigns"])
  })

  it("has no imports from campaigns and events", () => {
    const operations = getters(sdk.datasets)
    assert.includeMembers(operations, ["importFromFile", "importFromPlayground"])
    for (const gone of ["importFromCampaign", "importFromExplorer"] as const) {
      assert.notInclude(operations, gone)
      assert.isFunction(Observability.Datasets[gone])
    }
  })
})

/** The names of the resources and operations of an object of the SDK, which are members of its class. */
const getters = (object: object): Array<string> => Object.getOwnPropertyNames(Object.getPrototypeOf(object))
