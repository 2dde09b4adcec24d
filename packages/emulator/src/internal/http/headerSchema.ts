import * as Schema from "effect/Schema"

/** A string that is a valid header name by RFC 9110, section 5.6.2. */
export const HeaderName = Schema.String.check(
  Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { expected: "a valid header name" })
)

/** A string that is a valid header value: no line breaks, and only characters of one byte. */
export const HeaderValue = Schema.String.check(
  Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/, { expected: "a valid header value" })
)
