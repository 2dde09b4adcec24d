import * as Schema from "effect/Schema"

/** A text that can be the name of a header, by RFC 9110, section 5.6.2. */
export const HeaderName = Schema.String.check(
  Schema.isPattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { expected: "the name of a header" })
)

/** A text that can be the value of a header: no line breaks, and no characters that are more than a byte. */
export const HeaderValue = Schema.String.check(
  Schema.isPattern(/^[\t\x20-\x7e\x80-\xff]*$/, { expected: "what a header can hold" })
)
