import * as Embedding from "../../Embedding.ts"
import { repairBy } from "../schema/repair.ts"
import type { Endpoint } from "./endpoint.ts"

/** `POST /v1/embeddings`. */
export const createEmbeddings: Endpoint<Embedding.Request, Embedding.Response> = {
  name: "Embeddings.create",
  method: "POST",
  path: "/v1/embeddings",
  request: Embedding.Request,
  response: Embedding.Response,
  repair: /* @__PURE__ */ repairBy(Embedding.Response, true),
  retryable: "beforeFirstByte",
  operation: "embeddings"
}
