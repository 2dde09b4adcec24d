/** Other users of the machine cannot read what the emulator stores. */
import { Emulator } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { keepForOwner } from "../../src/internal/storage/ownerOnly.ts"
import { temporary } from "../cassette/cassetteSupport.ts"
import { ask, instant, local, post, raw } from "../support.ts"

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

const modesIn = (directory: string) =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, modeOf(`${directory}/${name}`)]))

describe("the database", () => {
  const completed = (database: string) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post(ask("Hi"))).status, 200)
      assert.isTrue(existsSync(`${database}-wal`))
      return modesIn(database.replace(/\/[^/]*$/, ""))
    }).pipe(Effect.provide(local({ ...instant, database })))

  it.effect("is readable by its owner only, and so are the files beside it", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const modes = { "events.db": "600", "events.db-wal": "600", "events.db-shm": "600" }
      assert.deepStrictEqual(yield* completed(`${directory}/events.db`), modes)
      // An earlier emulator created it for all.
      chmodSync(`${directory}/events.db`, 0o644)
      assert.deepStrictEqual(yield* completed(`${directory}/events.db`), modes)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("is readable by its owner only if it is given as a URL", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const modes = yield* Effect.provide(
        Effect.map(raw("/v1/models"), () => modesIn(directory)),
        local({ ...instant, database: `file:${directory}/events.db?mode=rwc` })
      )
      assert.strictEqual(modes["events.db"], "600")
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("keeps permissions that are narrower, and takes those of the files that a dead emulator left", () =>
    Effect.gen(function*() {
      const file = `${yield* temporary}/events.db`
      for (const name of [file, `${file}-wal`, `${file}-shm`]) {
        writeFileSync(name, "")
        chmodSync(name, name === file ? 0o400 : 0o666)
      }
      assert.isTrue(keepForOwner(file))
      assert.deepStrictEqual([file, `${file}-wal`, `${file}-shm`].map(modeOf), ["400", "600", "600"])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})

describe("cassettes", () => {
  const exchange = Effect.andThen(raw("/v1/models"), post(ask("Hi")))

  it.effect("are readable by their owner only, new ones and those that exist", () =>
    Effect.gen(function*() {
      const { url } = yield* Emulator.Emulator
      const directory = `${yield* temporary}/new/cassettes`
      yield* Effect.provide(exchange, Emulator.layer({ ...instant, upstream: { url, record: directory } }))
      assert.strictEqual(modeOf(directory), "700")
      const modes = modesIn(directory)
      assert.deepStrictEqual(Object.values(modes), ["600", "600"])
      for (const name of Object.keys(modes)) chmodSync(`${directory}/${name}`, 0o664)
      yield* Effect.provide(exchange, Emulator.layer({ ...instant, replay: { directory } }))
      assert.deepStrictEqual(modesIn(directory), modes)
    }).pipe(Effect.provide([local(), NodeFileSystem.layer])))

  it.effect("are read from a directory that was open before, which stays as it is", () =>
    Effect.gen(function*() {
      const { url } = yield* Emulator.Emulator
      const directory = `${yield* temporary}/cassettes`
      mkdirSync(directory, { mode: 0o755 })
      chmodSync(directory, 0o755)
      yield* Effect.provide(exchange, Emulator.layer({ ...instant, upstream: { url, record: directory } }))
      assert.strictEqual(modeOf(directory), "755")
      assert.deepStrictEqual(Object.values(modesIn(directory)), ["600", "600"])
    }).pipe(Effect.provide([local(), NodeFileSystem.layer])))
})
