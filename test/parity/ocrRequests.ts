/** Requests to read documents and to classify, sent by this library and by Mistral's SDK. */
import { type Classification, Classifiers, Ocr, OcrDocument, StructuredOutput } from "@effect-mistral/core"
import type { Mistral } from "@mistralai/mistralai"
import { type Effect, Schema } from "effect"
import { chat, conversations } from "./inputs.ts"
import { renamed } from "./recorder.ts"

/** One request by both clients. */
interface Pair {
  readonly ours: Effect.Effect<unknown, unknown, Classifiers.Classifiers | Ocr.Ocr>
  readonly theirs: (sdk: Mistral) => Promise<unknown>
  readonly differs?: ReadonlyArray<string>
}

/** A request under the SDK's names. The SDK checks what it is given, so a wrong name does not go unnoticed. */
const named = <Theirs>(request: object): Theirs => renamed(request) as Theirs

const reading = (request: OcrDocument.Request): Pair => ({
  ours: Ocr.process(request),
  theirs: (sdk) => sdk.ocr.process(named(request)),
  ...(request.include_blocks === undefined ? { differs: ["include_blocks"] } : undefined)
})

const classifying = ({ input, ...rest }: Classification.Request): Pair => ({
  ours: Classifiers.classify({ ...rest, input }),
  // The SDK says `inputs` for texts, and `input` for conversations.
  theirs: (sdk) => sdk.classifiers.classify(named({ ...rest, inputs: input }))
})

const classifyingChat = (request: Classification.ChatRequest): Pair => ({
  ours: Classifiers.classifyChat(request),
  theirs: (sdk) => sdk.classifiers.classifyChat(named(request))
})

const file: OcrDocument.Document = { type: "file", file_id: "0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d" }

const least: OcrDocument.Request = { model: "mistral-ocr-latest", document: file }

const Invoice = Schema.Struct({ some_number: Schema.String, total: Schema.optional(Schema.Number) })

const format = StructuredOutput.responseFormat(Invoice, { name: "invoice", description: "An invoice." })

const pictures: Readonly<Record<string, OcrDocument.Document>> = {
  "a document by its URL": { type: "document_url", document_url: "https://a.test/ä b.pdf" },
  "a document with a name": { type: "document_url", document_url: "https://a.test/1", document_name: "é 漢.pdf" },
  "a document whose name is null": { type: "document_url", document_url: "https://a.test/1", document_name: null },
  "a document that is held": OcrDocument.fromBytes(new Uint8Array([37, 80, 68, 70]), "application/pdf"),
  "an image by its URL": { type: "image_url", image_url: "https://a.test/a.png" },
  "an image with its detail": { type: "image_url", image_url: { url: "https://a.test/a.png", detail: "low" } }
}

const texts = ["one", "", "é 漢 😀 \u2028 \" \\ \n"]

/** The pairs, by their names. */
export const ocrPairs: Readonly<Record<string, Pair>> = {
  "reading an uploaded file": reading(least),
  ...Object.fromEntries(
    Object.entries(pictures).map(([name, document]) => [`reading ${name}`, reading({ ...least, document })])
  ),
  "reading with every parameter": reading({
    ...least,
    pages: "0-3,5",
    include_image_base64: true,
    image_limit: 3,
    image_min_size: 20,
    bbox_annotation_format: StructuredOutput.responseFormat(Schema.Struct({ caption: Schema.String })),
    document_annotation_format: format,
    document_annotation_prompt: "Only the first page counts.",
    table_format: "html",
    extract_header: true,
    extract_footer: true,
    include_blocks: false,
    confidence_scores_granularity: "word"
  }),
  "reading some pages with blocks": reading({ ...least, pages: [0, 2], include_blocks: true }),
  "reading with null wherever it is taken": reading({
    model: null,
    document: file,
    pages: null,
    include_image_base64: null,
    image_limit: null,
    image_min_size: null,
    bbox_annotation_format: null,
    document_annotation_format: null,
    document_annotation_prompt: null,
    table_format: null,
    confidence_scores_granularity: null
  }),
  ...Object.fromEntries(
    (["word", "page", "block"] as const).map((confidence_scores_granularity) => [
      `reading with the confidence of each ${confidence_scores_granularity}`,
      reading({ ...least, confidence_scores_granularity, table_format: "markdown", extract_header: false })
    ])
  ),
  "classifying one text": classifying({ model: "ft:classifier:a:b", input: "Hi" }),
  "classifying several texts, with metadata": classifying({ model: "m", input: texts, metadata: { some_tenant: "t" } }),
  "classifying no text, with metadata that is null": classifying({ model: "m", input: [], metadata: null }),
  ...Object.fromEntries(
    Object.entries(conversations).flatMap(([name, { differs = [], input: { messages } }]) =>
      messages === undefined || differs.length > 0
        ? []
        : [[`classifying a conversation: ${name}`, classifyingChat({ model: "m", input: { messages } })]]
    )
  ),
  "classifying several conversations": classifyingChat({
    model: "m",
    input: [{ messages: chat.messages }, { messages: [{ role: "system", content: "Be terse." }] }]
  }),
  "classifying no conversation": classifyingChat({ model: "m", input: [] })
}
