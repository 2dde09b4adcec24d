import { MistralError } from "@effect-mistral/core"
import { ErrorCode, Judges } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { failure, scripted } from "./fixtures/services.ts"

describe("ErrorCode.of", () => {
  const bodies: Readonly<Record<string, readonly [body: unknown, status: number, code: string | undefined]>> = {
    "a code": [{ detail: { message: "m", error_code: "JUDGE_NOT_FOUND" } }, 404, "JUDGE_NOT_FOUND"],
    "a code that this version does not know": [{ detail: { message: "m", error_code: "NEW" } }, 404, "NEW"],
    "a code and another reason": [
      { detail: { message: "m", error_code: "AUTH_UNAUTHORIZED" } },
      401,
      "AUTH_UNAUTHORIZED"
    ],
    "null": [{ detail: { message: "m", error_code: null } }, 400, undefined],
    "no code": [{ message: "m" }, 401, undefined]
  }
  for (const [name, [body, status, code]] of Object.entries(bodies)) {
    it.effect(`is ${code} for an error response with ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* failure(Judges.fetch("j1"))
        assert.instanceOf(error, MistralError.MistralError)
        assert.strictEqual(ErrorCode.of(error), code)
      }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json(body, { status })))))
  }

  it.effect("is undefined for a request that was not sent", () =>
    Effect.gen(function*() {
      assert.isUndefined(ErrorCode.of(yield* failure(Judges.fetch(""))))
    }).pipe(Effect.provide(scripted([]))))
})
