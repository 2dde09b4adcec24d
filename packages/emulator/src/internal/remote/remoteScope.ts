import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Faults from "../../Faults.ts"
import * as Rules from "../../Rules.ts"
import type * as Script from "../../Script.ts"
import { armedFor } from "../faults/armedFor.ts"
import type { SeenRequest } from "../log/requestLog.ts"
import { scopeHeader } from "../script/scopeName.ts"
import { makeAdminClient, type Refused } from "./adminClient.ts"
import { AdminError } from "./adminError.ts"
import type { Scoped } from "./scoped.ts"

/** The properties of a request in the log that every emulator has. */
const Seen = Schema.Struct({
  id: Schema.String,
  method: Schema.String,
  path: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String),
  received: Schema.Finite
})

const readRules = Schema.decodeUnknownEffect(Schema.Struct({ rules: Schema.Array(Rules.Listed) }))

const readFaults = Schema.decodeUnknownEffect(Schema.Struct({ faults: Schema.Array(Faults.Armed) }))

const readRequests = Schema.decodeUnknownEffect(Schema.Struct({ requests: Schema.Array(Seen) }))

const unexpected = (): AdminError =>
  new AdminError({ message: "The emulator responded otherwise than expected: is it of another version?" })

type Failure = Refused | AdminError

/** Makes a scope of an emulator that runs elsewhere. */
export const makeRemoteScope = Effect.fnUntraced(function*(
  options: { readonly url: string; readonly adminKey: Redacted.Redacted<string>; readonly name: string }
): Effect.fn.Return<Scoped<Script.Rule, AdminError>, never, HttpClient.HttpClient> {
  const send = yield* makeAdminClient(options)

  /** Reads a list. A refusal can only be about the name of the scope. */
  const read = <A>(
    resource: "rules" | "faults" | "requests",
    decode: (value: unknown) => Effect.Effect<A, Schema.SchemaError>
  ): Effect.Effect<A, AdminError> =>
    send({ method: "GET", resource }).pipe(
      Effect.mapError(asAdminError),
      Effect.flatMap((value) => Effect.mapError(decode(value), unexpected))
    )

  const remove = (resource: "rules" | "faults") =>
    send({ method: "DELETE", resource }).pipe(Effect.mapError(asAdminError), Effect.asVoid)

  const write = (method: "POST" | "PUT") => (rules: ReadonlyArray<Script.Rule>) =>
    send({ method, resource: "rules", body: rules }).pipe(
      Effect.mapError((error) => error._tag === "Refused" ? new Rules.InvalidRule({ message: error.message }) : error),
      Effect.asVoid
    )

  const arm = (armed: Faults.Armed) =>
    send({ method: "POST", resource: "faults", body: armed }).pipe(
      Effect.mapError((error) =>
        error._tag === "Refused" ? new Faults.InvalidFault({ message: error.message }) : error
      ),
      Effect.asVoid
    )

  return {
    name: options.name,
    headers: { [scopeHeader]: options.name },
    rules: {
      add: write("POST"),
      replace: write("PUT"),
      list: Effect.map(read("rules", readRules), ({ rules }) => rules),
      clear: remove("rules")
    },
    faults: {
      ...armedFor(arm),
      arm,
      armed: Effect.map(read("faults", readFaults), ({ faults }) => faults),
      clear: remove("faults")
    },
    requests: Effect.map(
      read("requests", (value) => Effect.as(readRequests(value), value)),
      // The cast is safe: the properties that are always there were checked, and the others are the emulator's own.
      (value) => (value as { readonly requests: ReadonlyArray<SeenRequest> }).requests
    )
  }
})

const asAdminError = (error: Failure): AdminError =>
  error._tag === "Refused" ? new AdminError({ message: error.message }) : error
