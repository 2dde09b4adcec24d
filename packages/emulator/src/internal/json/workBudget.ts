import * as Data from "effect/Data"

/**
 * No JSON is made for a JSON Schema. The message is the end of a sentence that names the schema: "it has a circle of
 * references".
 */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly message: string }> {}

/** The values that the JSON of one request may have. */
export const mostValues = 20_000

/** The characters that the texts in the JSON of one request may have. */
export const mostCharacters = 200_000

/** Steps are counted, not timed, so that a busy machine refuses nothing. They take at most about 100 milliseconds. */
const mostSteps = 500_000

/**
 * The budget of one request: what its made answers and the checks of its JSON Schemas may cost. More than that throws
 * `NoAnswer`, because generation and checks are recursive.
 */
export class WorkBudget {
  #values = mostValues
  #characters = mostCharacters
  #steps: number

  /** The budget of a request that is made, or one with other steps for tests. */
  constructor(steps: number = mostSteps) {
    this.#steps = steps
  }

  /** Spends values that are about to be made. */
  values(count: number): void {
    if (!((this.#values -= count) >= 0)) throw exceeded(`${mostValues} values`)
  }

  /** Spends characters that are about to be made. */
  characters(count: number): void {
    if (!((this.#characters -= count) >= 0)) throw exceeded(`${mostCharacters} characters`)
  }

  /** Gives back the values and characters of an attempt that is dropped, which began at this mark. */
  drop(mark: Mark): void {
    this.#values = mark.values
    this.#characters = mark.characters
  }

  /** What is left before an attempt. */
  mark(): Mark {
    return { values: this.#values, characters: this.#characters }
  }

  /** Spends steps of a check. */
  steps(count: number): void {
    if (!((this.#steps -= count) >= 0)) {
      throw new NoAnswer({ message: "it takes too long to find a value and to check it" })
    }
  }
}

/** The values and characters that were left at some time. */
export interface Mark {
  readonly values: number
  readonly characters: number
}

const exceeded = (limit: string) => new NoAnswer({ message: `its values would have more than ${limit}` })
