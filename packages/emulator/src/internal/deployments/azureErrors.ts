import { detail, ErrorResponse } from "../http/errorResponse.ts"

const azureError = (
  status: number,
  error: { readonly code: string; readonly message: string; readonly details?: string },
  headers?: Readonly<Record<string, string>>
): ErrorResponse => new ErrorResponse({ status, body: { error }, headers })

/** The error of a request with a wrong key or none, as Azure's services send it. */
export const wrongAzureKey: ErrorResponse = azureError(401, {
  code: "401",
  message:
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."
})

/** The error of a request without a version of the API, as in MicrosoftDocs/azure-docs#114602. */
export const missingVersion: ErrorResponse = azureError(404, { code: "404", message: "Resource not found" })

/** The error of a version of the API that is none, as in hotovo/aider-desk#460. */
export const unknownVersion: ErrorResponse = azureError(400, {
  code: "BadRequest",
  message: "API version not supported"
})

/** The error of a deployment that does not exist, as in microsoft-foundry/new-foundry-portal#127. Its status is a guess. */
export const unknownAzureModel = (name: string): ErrorResponse =>
  azureError(404, {
    code: "unknown_model",
    message: `Unknown model: ${name}`,
    details: `Unknown model: ${name}`
  })

/** The error of parameters that Azure's API lacks, as in langchain-ai/langchain#29679 and BerriAI/litellm#9800. */
export const extraParameters = (names: ReadonlyArray<string>): ErrorResponse =>
  detail(
    400,
    `Extra parameters [${
      names.map((name) => `'${name}'`).join(", ")
    }] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model.`
  )

/** The error of a limit that is reached. The sentence is a guess. */
export const tooManyRequests = ({ headers = {} }: ErrorResponse): ErrorResponse =>
  azureError(429, {
    code: "429",
    message: `Requests have exceeded the rate limit of the deployment. Please retry after ${
      headers["retry-after"]
    } seconds.`
  }, headers)
