/**
 * A token is up to six letters or digits with the space before them, up to three other characters with the space before
 * them, or up to six characters of white space. Joined, the tokens are the text.
 */
const token = / ?[\p{L}\p{M}\p{N}]{1,6}| ?[^\s\p{L}\p{M}\p{N}]{1,3}|\s{1,6}/gu

/** Splits a text into tokens. */
export const tokenize = (text: string): ReadonlyArray<string> => text.match(token) ?? []

/** Counts the tokens of a text. */
export const countTokens = (text: string): number => tokenize(text).length
