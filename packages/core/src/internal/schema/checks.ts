/**
 * The checks of schemas that a request and a response need. Those of Effect can also be written as code, so that a bundle
 * that uses them holds more than a kilobyte for each kind.
 */
import * as Schema from "effect/Schema"

/** Checks that a number is in a range, both ends included. */
export const range = (minimum: number, maximum?: number) =>
  Schema.makeFilter((value: number) => value >= minimum && (maximum === undefined || value <= maximum), {
    expected: maximum === undefined ? `a value of at least ${minimum}` : `a value between ${minimum} and ${maximum}`,
    toJsonSchema: () => maximum === undefined ? { minimum } : { minimum, maximum }
  })

/** Checks that a text or a list is not empty. */
export const nonEmpty = <A extends { readonly length: number }>() =>
  Schema.makeFilter(({ length }: A) => length > 0, {
    expected: "a value with a length of at least 1",
    toJsonSchema: ({ type }) => type === "array" ? { minItems: 1 } : { minLength: 1 }
  })
