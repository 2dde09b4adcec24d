/**
 * Reading documents: a report by its URL becomes a markdown file with its tables and images in it, and the facts that a
 * schema names are read from it in the same request.
 *
 * Run: npm run example -- ocr
 */
import { Ocr, OcrDocument, StructuredOutput } from "@effect-mistral/core"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Layer, Schema } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const Report = Schema.Struct({
  title: Schema.String,
  year: Schema.Int.annotate({ description: "The year that the report is about" }),
  topics: Schema.Array(Schema.String)
})

const program = Effect.gen(function*() {
  const response = yield* Ocr.process({
    model: "mistral-ocr-latest",
    document: { type: "document_url", document_url: "https://arxiv.org/pdf/2201.04234" },
    pages: "0-2",
    table_format: "markdown",
    include_image_base64: true,
    extract_footer: true,
    document_annotation_format: StructuredOutput.responseFormat(Report)
  })

  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFile({ prefix: "report-", suffix: ".md" })
  yield* fs.writeFileString(file, OcrDocument.markdown(response, { inline: true }))
  const images = response.pages.reduce((sum, page) => sum + page.images.length, 0)
  yield* Console.log(`${response.usage_info?.pages_processed} pages with ${images} images, in ${file}`)

  // A block says where on its page it is.
  for (const { blocks, index } of response.pages) {
    for (const block of blocks ?? []) {
      if (block.type === "title") yield* Console.log(`page ${index}, ${block.top_left_y} px: ${block.content}`)
    }
  }

  // The pages are there even if the facts are not.
  const facts = Ocr.documentAnnotation(response, Report).pipe(
    Effect.map(({ title, topics, year }) => `${title} (${year}): ${topics.join(", ")}`),
    Effect.catchReason(
      "MistralError",
      "InvalidOutput",
      ({ issues }) => Effect.succeed(`not read: ${issues.length} issues`)
    )
  )
  yield* Console.log(yield* facts)
})

program.pipe(
  Effect.provide(Layer.mergeAll(Ocr.layer.pipe(Layer.provide(MistralLive)), NodeServices.layer)),
  NodeRuntime.runMain
)
