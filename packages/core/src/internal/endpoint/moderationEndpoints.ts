import * as Moderation from "../../Moderation.ts"
import { repairBy } from "../schema/repair.ts"
import type { Endpoint } from "./endpoint.ts"

/** `POST /v1/moderations`. */
export const createModerations: Endpoint<Moderation.Request, Moderation.Response> = {
  name: "Moderations.create",
  method: "POST",
  path: "/v1/moderations",
  request: Moderation.Request,
  response: Moderation.Response,
  repair: /* @__PURE__ */ repairBy(Moderation.Response, true),
  retryable: "always"
}

/** `POST /v1/chat/moderations`. */
export const createChatModerations: Endpoint<Moderation.ChatRequest, Moderation.Response> = {
  name: "Moderations.createChat",
  method: "POST",
  path: "/v1/chat/moderations",
  request: Moderation.ChatRequest,
  response: Moderation.Response,
  repair: /* @__PURE__ */ repairBy(Moderation.Response, true),
  retryable: "always"
}
