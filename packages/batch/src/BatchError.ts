/**
 * The errors of durable batches.
 *
 * *Details*: an item that fails does not fail its batch. Its error is kept in the ledger (`ItemFailure`), and
 * `Batches.failures` gives it. The other errors are those of the operations on a batch.
 *
 * @since 0.1.0
 */
import * as MistralError from "@effect-mistral/core/MistralError"
import * as Schema from "effect/Schema"
import * as BatchResult from "./BatchResult.ts"

/** Makes the base class of an error: tagged, and with a full name for schemas. */
const error = <Self>() => <const Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedError<Self>(`@effect-mistral/batch/${tag}`)(tag, fields)

/**
 * The ledger could not be read or written. `description` is the database's own sentence, without the values of the statement.
 *
 * *Details*: `isRetryable` is true where the database may be back later.
 *
 * @category errors
 * @since 0.1.0
 */
export class LedgerError extends error<LedgerError>()("LedgerError", {
  operation: Schema.String,
  description: Schema.String,
  isRetryable: Schema.Boolean
}) {
  override get message(): string {
    return `the ledger failed in ${this.operation}: ${this.description}`
  }
}

/**
 * The ledger has no batch of this id.
 *
 * @category errors
 * @since 0.1.0
 */
export class BatchNotFound extends error<BatchNotFound>()("BatchNotFound", { id: Schema.String }) {
  override get message(): string {
    return `there is no batch ${JSON.stringify(this.id)}. Start it, or check the id and the database.`
  }
}

/**
 * The batch was started by another definition: `changed` names what differs (`name`, `version`, `endpoint`, `item`, `answer` or
 * `request`).
 *
 * @category errors
 * @since 0.1.0
 */
export class DefinitionChanged extends error<DefinitionChanged>()("DefinitionChanged", {
  id: Schema.String,
  changed: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `batch ${JSON.stringify(this.id)} was started by another definition, which differs in ${
      this.changed.join(", ")
    }. Start a batch with another id, or go back to the definition of before.`
  }
}

/**
 * The items are not those with which the batch was started. `part` is the first part that differs, from 0.
 *
 * @category errors
 * @since 0.1.0
 */
export class ItemsChanged extends error<ItemsChanged>()("ItemsChanged", { id: Schema.String, part: Schema.Int }) {
  override get message(): string {
    return `the items of batch ${JSON.stringify(this.id)} differ from those of its first start, in part ${this.part}. `
      + "Give the same items in the same order, or start a batch with another id."
  }
}

/**
 * An item that does not fit the item schema of its batch, so that it cannot be stored. `index` is its position, from 0.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidItem extends error<InvalidItem>()("InvalidItem", {
  id: Schema.String,
  index: Schema.Int,
  issues: Schema.Array(MistralError.Issue)
}) {
  override get message(): string {
    const issues = this.issues.map(({ message, path }) => `${path.join(".") || "the item"}: ${message}`)
    return `item ${this.index} of batch ${JSON.stringify(this.id)} does not fit its schema: ${issues.join("; ")}`
  }
}

/**
 * The definition was not given to `Batches.layer`, so that this process cannot run its batches.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotRegistered extends error<NotRegistered>()("NotRegistered", { name: Schema.String }) {
  override get message(): string {
    return `the definition ${JSON.stringify(this.name)} is not registered. Add it to Batches.layer.`
  }
}

/**
 * A process that cannot run a batch, because another one runs it. `worker` is the id of the other, `seen` the milliseconds
 * since it was seen last.
 *
 * @category errors
 * @since 0.1.0
 */
export class BatchInUse extends error<BatchInUse>()("BatchInUse", {
  id: Schema.String,
  worker: Schema.String,
  seen: Schema.Number
}) {
  override get message(): string {
    return `batch ${JSON.stringify(this.id)} is run by another process (${this.worker}, seen ${
      Math.round(this.seen)
    } ms ago). Stop it first, or wait until it has ended.`
  }
}

/**
 * The operation cannot be done in the state that the batch is in, such as resuming a batch that was cancelled.
 *
 * @category errors
 * @since 0.1.0
 */
export class WrongState extends error<WrongState>()("WrongState", {
  id: Schema.String,
  operation: Schema.String,
  state: Schema.String,
  hint: Schema.String
}) {
  override get message(): string {
    return `cannot ${this.operation} batch ${JSON.stringify(this.id)}, because it is ${this.state}. ${this.hint}`
  }
}

/**
 * Options with which no batch can be started: an empty id, or settings that make no sense. `issues` names them.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOptions extends error<InvalidOptions>()("InvalidOptions", {
  id: Schema.String,
  issues: Schema.Array(MistralError.Issue)
}) {
  override get message(): string {
    const issues = this.issues.map(({ message, path }) => `${path.join(".")}: ${message}`)
    return `the options of batch ${JSON.stringify(this.id)} are invalid: ${issues.join("; ")}`
  }
}

/**
 * The definition could not make a request of an item: its function threw, or the stored item no longer fits the schema.
 *
 * @category errors
 * @since 0.1.0
 */
export class RequestFailed extends error<RequestFailed>()("RequestFailed", { description: Schema.String }) {
  readonly isRetryable = false
  override get message(): string {
    return `no request could be made of the item: ${this.description}`
  }
}

/**
 * The definition could not read an answer out of a response: its function threw, or the value does not fit the answer schema.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerFailed extends error<AnswerFailed>()("AnswerFailed", { description: Schema.String }) {
  readonly isRetryable = false
  override get message(): string {
    return `no answer could be read out of the response: ${this.description}`
  }
}

/**
 * The error of one item, as the ledger keeps it.
 *
 * @category errors
 * @since 0.1.0
 */
export type ItemFailure = MistralError.MistralError | BatchResult.NotProcessed | RequestFailed | AnswerFailed

/**
 * The schema of the error of one item.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ItemFailure: Schema.Codec<ItemFailure, unknown> = Schema.toCodecJson(
  Schema.Union([MistralError.MistralError, BatchResult.NotProcessed, RequestFailed, AnswerFailed])
)

/**
 * The errors of the operations on a batch.
 *
 * @category errors
 * @since 0.1.0
 */
export type BatchError =
  | LedgerError
  | BatchNotFound
  | DefinitionChanged
  | ItemsChanged
  | InvalidItem
  | NotRegistered
  | BatchInUse
  | WrongState
  | InvalidOptions
