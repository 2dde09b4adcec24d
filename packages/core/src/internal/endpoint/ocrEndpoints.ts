import * as OcrDocument from "../../OcrDocument.ts"
import { repairBy } from "../schema/repair.ts"
import type { Endpoint } from "./endpoint.ts"

/** `POST /v1/ocr`. */
export const processOcr: Endpoint<OcrDocument.Request, OcrDocument.Response> = {
  name: "Ocr.process",
  method: "POST",
  path: "/v1/ocr",
  request: OcrDocument.Request,
  response: OcrDocument.Response,
  repair: /* @__PURE__ */ repairBy(OcrDocument.Response, true),
  retryable: "beforeFirstByte"
}
