import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type * as Response from "effect/ai/Response"
import { type Attachment, fileOfDataUrl, pageSource, type Piece, referenceSources } from "./attachments.ts"
import type { Blocks } from "./blocks.ts"
import type { Leftovers } from "./leftovers.ts"
import { TextPrefix } from "./textPrefix.ts"
import { fieldThinking, thinkingPieces } from "./thinking.ts"

type Parts = Array<Response.StreamPartEncoded>

/** Converts the content and the thinking of deltas to blocks. */
export class ContentParts {
  readonly #blocks: Blocks
  readonly #leftovers: Leftovers
  readonly #prefix: TextPrefix

  constructor(blocks: Blocks, leftovers: Leftovers, prefix: string | undefined) {
    this.#blocks = blocks
    this.#leftovers = leftovers
    this.#prefix = new TextPrefix(prefix)
  }

  /** Whether the content of a delta is all that it adds, as it stands. */
  isAll({ reasoning, reasoning_content, reasoning_details, tool_calls }: Message.Delta): boolean {
    return !reasoning && !reasoning_content && !reasoning_details?.length && !tool_calls?.length && this.#prefix.settled
  }

  /** Adds a delta. */
  add(delta: Message.Delta, parts: Parts): void {
    const outside = fieldThinking(delta)
    if (outside !== undefined) this.#thinking(outside, parts)
    const { content } = delta
    if (typeof content === "string") this.#text(content, parts)
    else if (content != null) { for (const piece of content) this.#piece(piece, parts) }
  }

  /** Adds the text that might have been a part of the prefix, where something else than text follows it. */
  release(parts: Parts): void {
    if (this.#prefix.settled) return
    const held = this.#prefix.release()
    if (held !== "") this.#blocks.text(held, parts)
  }

  #text(text: string, parts: Parts): void {
    const rest = this.#prefix.settled ? text : this.#prefix.strip(text)
    if (rest !== "") this.#blocks.text(rest, parts)
  }

  #thinking(thinking: Parameters<Blocks["thinking"]>[0], parts: Parts): void {
    if (thinking.text !== "") this.release(parts)
    this.#blocks.thinking(thinking, parts)
  }

  #piece(piece: Content.Received, parts: Parts): void {
    switch (piece.type) {
      case "text":
        this.#text(piece.text, parts)
        return this.#keepRest(piece, ["type", "text"])
      case "reference":
        return this.#other(piece, referenceSources(piece.reference_ids), parts)
      case "tool_reference": {
        const source = pageSource({ ...piece })
        // A request may not hold this piece outside of thinking.
        return source === undefined ? this.#unknown(piece, parts) : this.#other(undefined, [source], parts)
      }
      case "image_url":
        return this.#file(piece, typeof piece.image_url === "string" ? piece.image_url : piece.image_url.url, parts)
      case "document_url":
        return this.#file(piece, piece.document_url, parts)
      case "input_audio":
        return this.#file(piece, piece.input_audio, parts)
      case "file":
        return this.#other(piece, [], parts)
    }
    const inner = thinkingPieces(piece)
    if (inner === undefined) this.#unknown(piece, parts)
    else this.#thinkingChunk(piece, inner, parts)
  }

  #thinkingChunk(piece: Content.Received, inner: ReadonlyArray<Piece>, parts: Parts): void {
    // The cast is safe: it only gives up what is known of the value.
    const { closed, signature } = piece as { readonly closed?: unknown; readonly signature?: unknown }
    // A change of the signature begins another block, so it comes before the text.
    const known = typeof signature === "string" ? { signature } : undefined
    this.#thinking({ text: "", ...known }, parts)
    for (const one of inner) {
      const { reference_ids: ids, text, type } = one
      if (type === "text" && typeof text === "string") {
        this.#thinking({ text }, parts)
        this.#keepRest(one, ["type", "text"])
        continue
      }
      this.release(parts)
      const page = type === "tool_reference" ? pageSource(one) : undefined
      const sources = type === "reference" && Array.isArray(ids)
        ? referenceSources(ids)
        : page === undefined
        ? []
        : [page]
      this.#blocks.thinkingPiece(one, sources, parts)
    }
    if (typeof closed === "boolean") this.#thinking({ text: "", closed }, parts)
    this.#keepRest(piece, ["type", "thinking", "signature", "closed"])
  }

  /** Adds a piece with the URL of a file, whose bytes are a part if they are in it. */
  #file(piece: Content.Received, url: string, parts: Parts): void {
    const file = fileOfDataUrl(url)
    if (file === undefined) this.#other(piece, [], parts)
    else this.#other(undefined, [file], parts)
  }

  #other(piece: object | undefined, attachments: ReadonlyArray<Attachment>, parts: Parts): void {
    this.release(parts)
    this.#blocks.piece(piece, attachments, parts)
  }

  /** Keeps a piece that has no place. It ends thinking, as every other kind of content does. */
  #unknown(piece: object, parts: Parts): void {
    this.#other(undefined, [], parts)
    this.#leftovers.addContent(piece)
  }

  /** Keeps the keys of a piece that are not known. */
  #keepRest(piece: object, known: ReadonlyArray<string>): void {
    for (const key in piece) {
      if (!known.includes(key)) {
        const rest = Object.entries(piece).filter(([key]) => key === "type" || !known.includes(key))
        return this.#leftovers.addContent(Object.fromEntries(rest))
      }
    }
  }
}
