import { ErrorResponse } from "../http/errorResponse.ts"

/** The methods with which Vertex AI passes a request on to a model: for a whole response, and for a stream. */
export type VertexMethod = "rawPredict" | "streamRawPredict"

/** An error in Google's form. The method for streams puts it into a list, as BerriAI/litellm#18890 shows. */
const googleError = (
  method: VertexMethod,
  error: { readonly code: number; readonly message: string; readonly status: string; readonly details?: unknown }
): ErrorResponse =>
  new ErrorResponse({ status: error.code, body: method === "streamRawPredict" ? [{ error }] : { error } })

const unauthenticated = (method: VertexMethod, message: string, reason: string): ErrorResponse =>
  googleError(method, {
    code: 401,
    message:
      `${message} Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.`,
    status: "UNAUTHENTICATED",
    details: [{
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason,
      metadata: {
        service: "aiplatform.googleapis.com",
        method: `google.cloud.aiplatform.v1.PredictionService.${
          method === "rawPredict" ? "RawPredict" : "StreamRawPredict"
        }`
      }
    }]
  })

/** The error of a request without an access token. */
export const missingToken = (method: VertexMethod): ErrorResponse =>
  unauthenticated(method, "Request is missing required authentication credential.", "CREDENTIALS_MISSING")

/** The error of a request with a wrong access token, as in BerriAI/litellm#18890. */
export const wrongToken = (method: VertexMethod): ErrorResponse =>
  unauthenticated(method, "Request had invalid authentication credentials.", "ACCESS_TOKEN_TYPE_UNSUPPORTED")

/** The error of a model that Vertex AI does not have, as in truefoundry/models#946. */
export const unknownVertexModel = (
  method: VertexMethod,
  { id, location, project }: { readonly id: string; readonly location: string; readonly project: string }
): ErrorResponse =>
  googleError(method, {
    code: 404,
    message:
      `Publisher Model \`projects/${project}/locations/${location}/publishers/mistralai/models/${id}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`,
    status: "NOT_FOUND"
  })

/** The error of a limit that is reached. Google names a quota; the sentence here is a guess. */
export const exhausted = (method: VertexMethod, id: string): ErrorResponse =>
  googleError(method, {
    code: 429,
    message:
      `Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model: ${id}.`,
    status: "RESOURCE_EXHAUSTED"
  })
