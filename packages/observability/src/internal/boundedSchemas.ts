import * as Schema from "effect/Schema"

/** A string with a minimum and a maximum number of characters, counted as the server counts them: an emoji is one, not two. */
export const boundedString = (minimum: number, maximum: number) =>
  Schema.String.check(Schema.makeFilter((value: string) => {
    // Counting is only needed where the number of UTF-16 units does not decide.
    const length = value.length > maximum || value.length < minimum * 2 ? [...value].length : value.length
    return length >= minimum && length <= maximum
      ? undefined
      : `Expected ${minimum === 0 ? "at most" : `${minimum} to`} ${maximum} characters, got ${length}`
  }, { toJsonSchema: () => ({ minLength: minimum, maxLength: maximum }) }))

/** An array with a minimum and a maximum number of items. */
export const boundedArray = <S extends Schema.Constraint>(item: S, minimum: number, maximum: number) =>
  Schema.Array(item).check(
    Schema.makeFilter((value: ReadonlyArray<unknown>) =>
      value.length >= minimum && value.length <= maximum
        ? undefined
        : `Expected ${minimum === 0 ? "at most" : `${minimum} to`} ${maximum} items, got ${value.length}`, {
      toJsonSchema: () => ({ minItems: minimum, maxItems: maximum })
    })
  )
