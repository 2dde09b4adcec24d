/** The API's bodies by status, as observed. Other statuses have a body in the form of its other errors. */
const bodies: ReadonlyMap<number, unknown> = new Map<number, unknown>([
  [401, { detail: "Unauthorized" }],
  [404, { detail: "Not Found" }],
  [429, {
    object: "error",
    message: "Rate limit exceeded",
    type: "rate_limited",
    param: null,
    code: "1300",
    raw_status_code: 429
  }],
  [500, {
    object: "error",
    message: "Internal server error",
    type: "internal_server_error",
    param: null,
    code: "1000"
  }],
  [503, {
    object: "error",
    message: "Service tier capacity exceeded for this model.",
    type: "invalid_request_error",
    param: null,
    code: null
  }]
])

/** The body of an error response that is given by its status only, by a fault or a script. */
export const statusBody = (status: number): unknown =>
  bodies.get(status) ?? { object: "error", message: `Status ${status}`, type: "emulated", param: null, code: null }
