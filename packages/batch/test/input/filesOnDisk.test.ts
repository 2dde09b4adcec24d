import { BatchInput } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, FileSystem, Scope, Stream } from "effect"
import {
  bytesOf,
  type ChatEntry,
  chatFiles,
  entries,
  entry,
  invalidInput,
  lineOf,
  textsOf,
  untyped
} from "./support.ts"

describe("files on disk", () => {
  it.effect("have the lines of requests that are read once, and are removed with the scope", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        yield* Effect.scoped(Effect.gen(function*() {
          const files = yield* onDisk(directory, runsOnce(10), { maxRequests: 4 })
          assert.deepStrictEqual(files.map(({ firstLine, requests }) => [firstLine, requests]), [[1, 4], [5, 4], [
            9,
            2
          ]])
          const lines = entries(10).map(({ custom_id }) => lineOf(custom_id))
          const expected = [lines.slice(0, 4).join(""), lines.slice(4, 8).join(""), lines.slice(8).join("")]
          assert.deepStrictEqual(yield* textsOf(files), expected)
          // For another attempt of an upload.
          assert.deepStrictEqual(yield* textsOf(files), expected)
          assert.strictEqual((yield* contentsOf(directory)).filter((name) => name.endsWith(".jsonl")).length, 3)
        }))
        assert.deepStrictEqual(yield* contentsOf(directory), [])
      })
    ))

  it.effect("are those of `files`, whatever the limits and the lengths are", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const requests = Array.from({ length: 300 }, (_, index) =>
          entry(`${index}`, "ü😀x".repeat(index % 7 === 0 ? 9000 : index)))
        for (const limits of [{}, { maxBytes: 100_000 }, { maxRequests: 7 }, { maxBytes: 70_000, maxRequests: 2 }]) {
          yield* Effect.scoped(Effect.gen(function*() {
            const files = yield* onDisk(directory, Stream.fromIterable(requests), limits)
            const expected = yield* chatFiles(requests, limits)
            assert.deepStrictEqual(yield* textsOf(files), yield* textsOf(expected))
            assert.deepStrictEqual(
              files.map(({ firstLine, requests, size }) => ({ firstLine, requests, size })),
              expected.map(({ firstLine, requests, size }) => ({ firstLine, requests, size }))
            )
          }))
        }
      })
    ))

  it.effect("are not left behind where requests are not valid, though the scope is still open", () =>
    inDirectory((directory) =>
      Effect.scoped(Effect.gen(function*() {
        const requests = untyped([...entries(5), { custom_id: "x", request: {} }, ...entries(1)])
        const error = yield* invalidInput(onDisk(directory, requests, { maxRequests: 2 }))
        assert.deepStrictEqual(error.problems.map(({ custom_id, line }) => [line, custom_id]), [[6, "x"], [7, "1"]])
        assert.deepStrictEqual([error.count, error.requests], [2, 7])
        assert.deepStrictEqual(yield* contentsOf(directory), [])
      }))
    ))

  it.effect("are not left behind where the source fails", () =>
    inDirectory((directory) =>
      Effect.scoped(Effect.gen(function*() {
        const source = Stream.concat(runsOnce(500), Stream.fail("lost connection" as const))
        assert.strictEqual(yield* Effect.flip(onDisk(directory, source, { maxRequests: 100 })), "lost connection")
        assert.deepStrictEqual(yield* contentsOf(directory), [])
      }))
    ))

  it.effect("are not left behind where there are no requests, or the source has a defect", () =>
    inDirectory((directory) =>
      Effect.scoped(Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(onDisk(directory, [])))._tag, "EmptyInput")
        const exit = yield* Effect.exit(onDisk(directory, Stream.concat(runsOnce(3), Stream.die("defect"))))
        assert.isTrue(Exit.hasDies(exit))
        assert.deepStrictEqual(yield* contentsOf(directory), [])
      }))
    ))

  it.effect("are not left behind by an interruption", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const reached = yield* Deferred.make<void>()
        const scope = yield* Scope.make()
        const source = Stream.concat(
          runsOnce(500),
          Stream.fromEffectDrain(Effect.andThen(Deferred.succeed(reached, undefined), Effect.never))
        )
        const fiber = yield* Effect.forkChild(Scope.provide(onDisk(directory, source, { maxRequests: 100 }), scope))
        yield* Deferred.await(reached)
        assert.isAbove((yield* contentsOf(directory)).length, 1)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* contentsOf(directory), [])
        yield* Scope.close(scope, Exit.void)
      })
    ))

  it.effect("fail with the error of the file system where the disk takes no more", () =>
    inDirectory((directory) =>
      Effect.scoped(Effect.gen(function*() {
        const fileSystem = yield* FileSystem.FileSystem
        let opened = 0
        const full: FileSystem.FileSystem = {
          ...fileSystem,
          open: (path, options) => fileSystem.open(++opened > 2 ? `${directory}/none/a` : path, options)
        }
        const error = yield* onDisk(directory, runsOnce(10), { maxRequests: 4 }).pipe(
          Effect.provideService(FileSystem.FileSystem, full),
          Effect.flip
        )
        assert.strictEqual(error._tag, "PlatformError")
        assert.deepStrictEqual(yield* contentsOf(directory), [])
      }))
    ))

  it.effect("fail with the error of the file system where there is no such directory", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(onDisk("/none/at/all", entries(1)))
      assert.strictEqual(error._tag, "PlatformError")
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it.effect("have content that fails once the scope is closed", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const [file] = yield* Effect.scoped(onDisk(directory, entries(3)))
        assert.strictEqual((yield* Effect.flip(bytesOf(file!)))._tag, "PlatformError")
      })
    ))

  it.effect("may be of requests whose stream needs a scope of its own", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        let released = false
        const source = Stream.unwrap(Effect.as(
          Effect.acquireRelease(Effect.void, () => Effect.sync(() => released = true)),
          runsOnce(3)
        ))
        yield* Effect.scoped(Effect.gen(function*() {
          const files = yield* onDisk(directory, source)
          assert.isTrue(released)
          assert.deepStrictEqual(yield* textsOf(files), [lineOf("1") + lineOf("2") + lineOf("3")])
        }))
      })
    ))
})

const onDisk = <E = never, R = never>(
  directory: string,
  requests: Stream.Stream<ChatEntry, E, R> | Iterable<ChatEntry>,
  limits: { readonly maxBytes?: number; readonly maxRequests?: number } = {}
) => BatchInput.filesOnDisk({ endpoint: Endpoint.chat.complete, requests, directory, ...limits })

/** A stream whose second run is a defect. */
const runsOnce = (count: number): Stream.Stream<ChatEntry> => {
  let runs = 0
  return Stream.suspend(() =>
    ++runs === 1 ? Stream.fromIterable(entries(count)) : Stream.die("the source runs only once")
  )
}

/** Everything below a directory. */
const contentsOf = (directory: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fileSystem) => fileSystem.readDirectory(directory, { recursive: true }))

const inDirectory = <A, E>(
  use: (directory: string) => Effect.Effect<A, E, FileSystem.FileSystem>
): Effect.Effect<A, unknown> =>
  Effect.flatMap(
    FileSystem.FileSystem,
    (fileSystem) => Effect.flatMap(fileSystem.makeTempDirectoryScoped({ prefix: "files-on-disk-" }), use)
  ).pipe(
    Effect.scoped,
    Effect.provide(NodeFileSystem.layer)
  )
