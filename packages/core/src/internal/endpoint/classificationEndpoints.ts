import * as Classification from "../../Classification.ts"
import { repairBy } from "../schema/repair.ts"
import type { Endpoint } from "./endpoint.ts"

/** `POST /v1/classifications`. */
export const classify: Endpoint<Classification.Request, Classification.Response> = {
  name: "Classifiers.classify",
  method: "POST",
  path: "/v1/classifications",
  request: Classification.Request,
  response: Classification.Response,
  repair: /* @__PURE__ */ repairBy(Classification.Response, true),
  retryable: "always"
}

/** `POST /v1/chat/classifications`. */
export const classifyChat: Endpoint<Classification.ChatRequest, Classification.Response> = {
  name: "Classifiers.classifyChat",
  method: "POST",
  path: "/v1/chat/classifications",
  request: Classification.ChatRequest,
  response: Classification.Response,
  repair: /* @__PURE__ */ repairBy(Classification.Response, true),
  retryable: "always"
}
