import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Emulator from "../../Emulator.ts"
import * as Script from "../../Script.ts"
import { firstError } from "../json/jsonSyntax.ts"

/** A script file, as it was read. */
export interface ScriptFile {
  readonly path: string
  readonly text: string
  readonly rules: Script.Script
}

/** A script file cannot be used. The message says why, and where in the file. */
export class InvalidScriptFile extends Data.TaggedError("InvalidScriptFile")<{
  readonly message: string
  /** The text that was read, if the file could be read. */
  readonly text: string | undefined
}> {}

const parse = (text: string): { readonly value: unknown } | { readonly problem: string } => {
  const json = text.replace(/^\uFEFF/, "")
  try {
    return { value: JSON.parse(json) }
  } catch {
    const { at, error } = firstError(json)
    return { problem: `The file is not JSON: ${error} in line ${json.slice(0, at).split("\n").length}` }
  }
}

/** Reads a script file. */
export const readScriptFile = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<ScriptFile, InvalidScriptFile, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    ({ reason }) => new InvalidScriptFile({ message: `The file cannot be read (${reason._tag})`, text: undefined })
  )
  const parsed = parse(text)
  if ("problem" in parsed) return yield* new InvalidScriptFile({ message: parsed.problem, text })
  const rules = yield* Effect.mapError(
    Script.fromUnknown(parsed.value),
    ({ message }) => new InvalidScriptFile({ message: `The rules are not valid: ${message}`, text })
  )
  return { path, text, rules }
})

/** The time between two looks at the file. A file is read when it was the same in two of them: a write may take a moment. */
const interval = "200 millis"

/** A text that changes when the file is written or replaced. */
const stampOf = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(path))
  return Option.match(info, {
    onNone: () => "missing",
    onSome: ({ ino, mtime, size }) =>
      [Option.getOrUndefined(ino), Option.getOrUndefined(mtime)?.getTime(), size].join(":")
  })
})

/**
 * Gives the running emulator the rules of a script file whenever the file changes.
 *
 * *Details*: the file is looked at by its time and size, because events of the file system do not reach every mounted
 * directory. The rules begin unused. If the file cannot be used, the rules of before stay, and the terminal shows why, once
 * for each change. Rules that were added while the emulator runs stay, too.
 */
export const followScriptFile = Effect.fnUntraced(function*(file: ScriptFile) {
  const { replaceScript } = yield* Emulator.Emulator
  let { text }: { text: string | undefined } = file
  let read: string | undefined
  let before: string | undefined

  const reread = readScriptFile(file.path).pipe(
    Effect.flatMap(Effect.fnUntraced(function*(next) {
      if (next.text === text) return
      yield* replaceScript(next.rules)
      text = next.text
      const count = next.rules.length
      yield* Console.log(`The script ${file.path} was read again: ${count} ${count === 1 ? "rule" : "rules"}.`)
    })),
    Effect.catchTag(["InvalidScriptFile", "InvalidRule"], (error) => {
      const failed = error._tag === "InvalidScriptFile" ? error.text : text
      if (error._tag === "InvalidScriptFile" && failed !== undefined && failed === text) return Effect.void
      text = failed
      return Console.error(
        `The last good rules stay in use. The script ${file.path} was not taken over: ${error.message}`
      )
    })
  )

  return yield* Effect.forever(Effect.gen(function*() {
    yield* Effect.sleep(interval)
    const stamp = yield* stampOf(file.path)
    if (stamp !== read && stamp === before) {
      read = stamp
      yield* reread
    }
    before = stamp
  }))
})

/** Follows the script file of a running emulator, if it has one. */
export const layerFollowing = (script: ScriptFile | undefined) =>
  script === undefined ? Layer.empty : Layer.effectDiscard(Effect.forkScoped(followScriptFile(script)))
