import * as Completion from "@effect-mistral/core/Completion"
import type * as Message from "@effect-mistral/core/Message"
import type * as Response from "effect/ai/Response"
import type * as Schema from "effect/Schema"
import type { Reasoning } from "../../MistralMetadata.ts"
import { toJson } from "../json/toJson.ts"
import type { Attachment } from "./attachments.ts"

type Parts = Array<Response.StreamPartEncoded>

/** What a delta says of the model's thinking. */
export interface Thinking {
  readonly text: string
  readonly signature?: string | undefined
  readonly closed?: boolean | undefined
  readonly field?: Reasoning["field"]
  readonly details?: Message.Delta["reasoning_details"]
}

/**
 * The blocks of text and reasoning of one response. At most one is open, and what a block holds beside text is in the
 * metadata of its end, from where it comes into the next prompt.
 *
 * The sources and files of a block follow its end, because no other part may stand inside a block.
 */
export class Blocks {
  /** The id of the open block of text, `undefined` if none is open. */
  textId: string | undefined
  #reasoningId: string | undefined
  #count = 0
  readonly #content = new PieceList()
  /** The text of the blocks that have ended. */
  #ended = ""
  readonly #attachments: Array<Attachment> = []
  #thinking = new PieceList()
  #signature: string | undefined
  #closed: boolean | undefined
  #field: Reasoning["field"]
  #details: Completion.Accumulator | undefined

  /** Adds text, which is not empty. */
  text(delta: string, parts: Parts): void {
    if (this.textId === undefined) {
      this.#closeReasoning(parts)
      parts.push({ type: "text-start", id: this.textId = this.#newId() })
    }
    this.#content.addText(delta)
    parts.push({ type: "text-delta", id: this.textId, delta })
  }

  /** Adds the parts that stand for a piece of content that is no text, and the piece itself, if a request may hold it. */
  piece(piece: object | undefined, attachments: ReadonlyArray<Attachment>, parts: Parts): void {
    this.#closeReasoning(parts)
    if (piece !== undefined) this.#content.add(piece)
    this.#attach(attachments, parts)
  }

  #attach(attachments: ReadonlyArray<Attachment>, parts: Parts): void {
    const target: Array<Attachment | Response.StreamPartEncoded> =
      this.textId === undefined && this.#reasoningId === undefined ? parts : this.#attachments
    target.push(...attachments)
  }

  /** Adds thinking. Thinking that has neither text nor anything to keep opens no block, but may end one. */
  thinking({ closed, details, field, signature, text }: Thinking, parts: Parts): void {
    const keeps = Boolean(signature) || Boolean(details?.length)
    if (signature && this.#signature && signature !== this.#signature) this.#closeReasoning(parts)
    if (text !== "" || keeps) this.#openReasoning(parts)
    if (this.#reasoningId === undefined) return
    if (text !== "") {
      this.#thinking.addText(text)
      parts.push({ type: "reasoning-delta", id: this.#reasoningId, delta: text })
    }
    this.#signature = signature || this.#signature
    this.#closed = closed ?? this.#closed
    this.#field ??= field
    if (details?.length) {
      this.#details = Completion.append(
        this.#details ?? Completion.emptyAccumulator,
        ofDelta({ reasoning_details: details })
      )
    }
    if (closed === true) this.#closeReasoning(parts)
  }

  /** Adds a piece of thinking that is no text, and the parts that stand for it. */
  thinkingPiece(piece: object, attachments: ReadonlyArray<Attachment>, parts: Parts): void {
    this.#openReasoning(parts)
    this.#thinking.add(piece)
    this.#attach(attachments, parts)
  }

  /** Ends the open block. */
  close(parts: Parts): void {
    this.#closeText(parts)
    this.#closeReasoning(parts)
  }

  /** Returns the text of the blocks that have ended since the last time. */
  takeText(): string {
    const text = this.#ended
    this.#ended = ""
    return text
  }

  #newId(): string {
    return `${this.#count++}`
  }

  #openReasoning(parts: Parts): void {
    if (this.#reasoningId !== undefined) return
    this.#closeText(parts)
    parts.push({ type: "reasoning-start", id: this.#reasoningId = this.#newId() })
  }

  #closeText(parts: Parts): void {
    if (this.textId === undefined) {
      if (!this.#content.hasPieces) return
      // Pieces without any text are kept in a part of their own, since only texts and thinking reach the next prompt.
      parts.push({ type: "text-start", id: this.textId = this.#newId() })
    }
    const id = this.textId
    this.textId = undefined
    this.#ended += this.#content.text
    const content = this.#content.take()
    parts.push(
      content === undefined ? { type: "text-end", id } : { type: "text-end", id, metadata: { mistral: { content } } }
    )
    this.#pushAttachments(parts)
  }

  #closeReasoning(parts: Parts): void {
    const id = this.#reasoningId
    if (id === undefined) return
    this.#reasoningId = undefined
    const thinking = this.#thinking.take()
    const details = toJson(firstMessage(this.#details)?.reasoning_details)
    const mistral: Reasoning = {
      ...(this.#signature === undefined ? undefined : { signature: this.#signature }),
      ...(this.#closed === undefined ? undefined : { closed: this.#closed }),
      ...(thinking === undefined ? undefined : { thinking }),
      ...(this.#field === undefined ? undefined : { field: this.#field }),
      ...(details === undefined ? undefined : { details })
    }
    this.#signature =
      this.#closed =
      this.#field =
      this.#details =
        undefined
    parts.push(
      Object.keys(mistral).length === 0
        ? { type: "reasoning-end", id }
        : { type: "reasoning-end", id, metadata: { mistral } }
    )
    this.#pushAttachments(parts)
  }

  #pushAttachments(parts: Parts): void {
    for (const attachment of this.#attachments) parts.push(attachment)
    this.#attachments.length = 0
  }
}

/** The pieces of a block in their order, with the text between them. */
class PieceList {
  /** The text before the last piece that is no text. */
  #before = ""
  #text = ""
  #pieces: Array<Schema.MutableJson> | undefined

  get text(): string {
    return this.#before + this.#text
  }

  get hasPieces(): boolean {
    return this.#pieces !== undefined
  }

  addText(text: string): void {
    this.#text += text
  }

  add(piece: object): void {
    this.#pieces ??= []
    this.#addRun(this.#pieces)
    this.#pieces.push(toJson(piece) ?? null)
  }

  /** Returns the pieces and begins anew. `undefined` if all of them were text. */
  take(): Array<Schema.MutableJson> | undefined {
    const pieces = this.#pieces
    if (pieces !== undefined) this.#addRun(pieces)
    this.#pieces = undefined
    this.#before = this.#text = ""
    return pieces
  }

  #addRun(pieces: Array<Schema.MutableJson>): void {
    if (this.#text !== "") pieces.push({ type: "text", text: this.#text })
    this.#before += this.#text
    this.#text = ""
  }
}

const ofDelta = (delta: Message.Delta): Completion.Chunk => ({ id: "", model: "", choices: [{ index: 0, delta }] })

const firstMessage = (accumulator: Completion.Accumulator | undefined): Message.Received | undefined =>
  accumulator === undefined ? undefined : Completion.toResponse(accumulator).choices[0]?.message ?? undefined
