import * as Schema from "effect/Schema"
import * as Model from "../../Model.ts"
import { repairBy } from "../schema/repair.ts"
import type { Endpoint } from "./endpoint.ts"

/** `GET /v1/models`. */
export const listModels: Endpoint<void, Model.List> = {
  name: "Models.list",
  method: "GET",
  path: "/v1/models",
  request: Schema.Void,
  response: Model.List,
  repair: /* @__PURE__ */ repairBy(Model.List, false),
  retryable: "always"
}

/** `GET /v1/models/{model_id}`. */
export const fetchModel: Endpoint<void, Model.Model> = {
  name: "Models.fetch",
  method: "GET",
  path: "/v1/models/{model_id}",
  request: Schema.Void,
  response: Model.Model,
  repair: /* @__PURE__ */ repairBy(Model.Model, false),
  retryable: "always"
}
