import { SqliteClient } from "@effect-mistral/node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import { spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openError } from "../../src/internal/sqliteError.ts"
import { folder, open, reasonOf } from "./support.ts"

describe("a database that is in use", () => {
  it.effect("is refused at the start, with its path and what to do", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "batches.db")
      const first = yield* Effect.forkChild(Effect.provide(Effect.never, SqliteClient.layer({ filename })))
      yield* Effect.yieldNow
      const error = yield* Effect.flip(open({ filename }))
      assert.deepStrictEqual(reasonOf(error), {
        tag: "LockTimeoutError",
        message:
          `the database ${
            JSON.stringify(filename)
          } is in use by another process. Stop that process first, or give this `
          + "one another file"
      })
      assert.isTrue(error.isRetryable)
      assert.isUndefined(first.pollUnsafe())
    }))

  it.live("by another process is free when that process was killed", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "batches.db")
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(
            process.execPath,
            ["--conditions=@effect-mistral/source", join(import.meta.dirname, "holdDatabase.ts"), filename],
            { stdio: ["ignore", "pipe", "inherit"] }
          )
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      yield* Effect.promise(() => new Promise((resolve) => child.stdout.once("data", resolve)))
      const error = yield* Effect.flip(open({ filename }))
      assert.strictEqual(reasonOf(error).tag, "LockTimeoutError")
      const ended = new Promise((resolve) => child.once("exit", resolve))
      child.kill("SIGKILL")
      yield* Effect.promise(() => ended)
      yield* open({ filename })
    }), 60_000)

  it.effect("is free after its owner closed it, and after an attempt that failed", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "batches.db")
      yield* open({ filename })
      const scope = yield* Scope.make()
      yield* SqliteClient.make({ filename }).pipe(
        Effect.provideService(Scope.Scope, scope),
        Effect.provide(Reactivity.layer)
      )
      yield* Effect.flip(open({ filename }))
      yield* Scope.close(scope, Exit.void)
      yield* open({ filename })
    }))

  it.effect("is shared where no process wants it alone", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "notes.db")
      const count = yield* Effect.gen(function*() {
        const one = yield* SqliteClient.make({ filename, exclusive: false })
        const other = yield* SqliteClient.make({ filename, exclusive: false })
        yield* one`CREATE TABLE note (text TEXT)`
        yield* one`INSERT INTO note VALUES ('a')`
        return yield* other`SELECT text FROM note`
      }).pipe(Effect.provide(Reactivity.layer))
      assert.strictEqual(count.length, 1)
    }))
})

describe("a file that cannot be opened", () => {
  it.effect("is named where its folder does not exist", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "missing", "batches.db")
      assert.deepStrictEqual(reasonOf(yield* Effect.flip(open({ filename }))), {
        tag: "ConnectionError",
        message:
          `the database ${JSON.stringify(filename)} could not be opened, because its folder does not exist. Create the `
          + "folder first"
      })
    }))

  it.effect("is named where it is a folder", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "batches.db")
      mkdirSync(filename)
      const { message, tag } = reasonOf(yield* Effect.flip(open({ filename })))
      assert.strictEqual(tag, "ConnectionError")
      assert.match(message, /batches\.db" could not be opened, because it is a folder\./)
    }))

  it.effect("is left as it is where it is not a database", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "items.jsonl")
      const content = "{\"review\":\"good\"}\n".repeat(100)
      writeFileSync(filename, content)
      for (const exclusive of [true, false]) {
        const { message, tag } = reasonOf(yield* Effect.flip(open({ filename, exclusive })))
        assert.strictEqual(tag, "UnknownError")
        assert.strictEqual(
          message,
          `the file ${
            JSON.stringify(filename)
          } is not a SQLite database, and was left as it is. Give the path of another file`
        )
      }
      assert.strictEqual(readFileSync(filename, "utf8"), content)
      assert.isFalse(existsSync(`${filename}-wal`))
    }))

  it("is named with the same sentence where the runtime tells no number", () => {
    const numbered = Object.assign(new Error("database is locked"), { errcode: 5 })
    const { message, reason } = openError(new Error("database is locked"), "a.db")
    assert.strictEqual(reason._tag, "LockTimeoutError")
    assert.strictEqual(message, openError(numbered, "a.db").message)
  })

  it("is named for every other reason, with SQLite's own sentence", () => {
    const messageOf = (errcode: number, text: string) =>
      openError(Object.assign(new Error(text), { errcode }), "/data/a.db").message
    assert.strictEqual(
      messageOf(8, "attempt to write a readonly database"),
      "the database \"/data/a.db\" is read-only. Give this process the right to write the file and its folder"
    )
    const readOnly = openError(Object.assign(new Error("attempt to write a readonly database"), { errcode: 8 }), "a.db")
    assert.strictEqual(readOnly.reason._tag, "AuthorizationError")
    assert.isFalse(readOnly.isRetryable)
    // 1544 is a kind of 8.
    assert.strictEqual(messageOf(1544, "attempt to write a readonly database"), messageOf(8, ""))
    assert.match(messageOf(11, "database disk image is malformed"), /^the database "\/data\/a\.db" is damaged\./)
    assert.strictEqual(
      messageOf(10, "disk I/O error"),
      "the database \"/data/a.db\" could not be opened: disk I/O error"
    )
  })

  // Root may write every file.
  it.effect.skipIf(process.getuid?.() === 0)("is named where it is read-only", () =>
    Effect.gen(function*() {
      const filename = join(yield* folder, "batches.db")
      yield* open({ filename })
      chmodSync(filename, 0o444)
      const { message, tag } = reasonOf(yield* Effect.flip(open({ filename })))
      assert.strictEqual(tag, "AuthorizationError")
      assert.match(message, /batches\.db" is read-only\. Give this process the right to write/)
    }))
})

it.effect("what was committed is there when the file is opened again", () =>
  Effect.gen(function*() {
    const filename = join(yield* folder, "notes.db")
    for (const durable of [true, false]) {
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE IF NOT EXISTS note (text TEXT)`
        yield* sql`INSERT INTO note VALUES ('a')`
        const [{ synchronous } = {}] = yield* sql<{ readonly synchronous: number }>`PRAGMA synchronous`
        assert.strictEqual(synchronous, durable ? 2 : 1)
      }).pipe(Effect.provide(SqliteClient.layer({ filename, durable })))
    }
    const found = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT text FROM note`).pipe(
      Effect.provide(SqliteClient.layer({ filename }))
    )
    assert.strictEqual(found.length, 2)
  }))
