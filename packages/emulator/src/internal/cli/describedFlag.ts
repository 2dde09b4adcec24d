import * as Flag from "effect/cli/Flag"

/** Describes a flag in the help, and gives it a default that the description names. */
export const withDefault =
  <const B>(description: string, value: B, shown: string = String(value)) =>
  <A>(flag: Flag.Flag<A>): Flag.Flag<A | B> =>
    flag.pipe(Flag.withDescription(`${description} (default: ${shown})`), Flag.withDefault<B>(value))

/** Describes a flag without a default, which says itself what happens if it is not given. */
export const withoutDefault = (description: string) => <A>(flag: Flag.Flag<A>): Flag.Flag<A | undefined> =>
  flag.pipe(Flag.withDescription(description), Flag.withDefault(undefined))

/** Describes a flag that may be given several times. */
export const repeated = (description: string) => <A>(flag: Flag.Flag<A>): Flag.Flag<ReadonlyArray<A>> =>
  flag.pipe(Flag.withDescription(`${description}; may be repeated`), Flag.atLeast(0))

/** A flag that is on or off: `--name`, and `--no-name` where it is on unless it is given. */
export const toggle = (name: string, description: string, value: boolean): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(withDefault(description, value, value ? "yes" : "no"))
