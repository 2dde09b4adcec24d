/** Places where Mistral's OpenAPI file differs from the API, each with the correction that makes real responses fit. */

/** A part of the file, changed in place. */
type Part = { [key: string]: Part }

/** One place where the file is wrong. */
export interface Defect {
  readonly name: string
  readonly correct: (document: Part) => void
}

const schemasOf = (document: Part): Part => document["components"]!["schemas"]!

/** The file holds JSON only; what is put into it is JSON too. */
const json = (value: unknown): Part => value as Part

export const defects: ReadonlyArray<Defect> = [
  {
    name: "ChatCompletionResponse requires `data`, which no completion has",
    correct: (document) => {
      const own = schemasOf(document)["ChatCompletionResponse"]!["allOf"]!["1"]!
      own["required"] = json((own["required"] as unknown as ReadonlyArray<string>).filter((key) => key !== "data"))
    }
  },
  {
    name:
      "CompletionEvent describes an event with its field `data`, and what the field holds is an object, not JSON text",
    correct: (document) => {
      schemasOf(document)["CompletionEvent"] = json({ $ref: "#/components/schemas/CompletionChunk" })
    }
  },
  {
    name: "an agent's completion is not said to be streamed",
    correct: (document) => {
      const content = document["paths"]!["/v1/agents/completions"]!["post"]!["responses"]!["200"]!["content"]!
      content["text/event-stream"] = json({ schema: { $ref: "#/components/schemas/CompletionEvent" } })
    }
  },
  {
    name: "a streamed finish reason cannot be `model_length`, which one that is not streamed can be",
    correct: (document) => {
      const reason = schemasOf(document)["CompletionResponseStreamChoice"]!["properties"]!["finish_reason"]!
      reason["enum"] = json([...(reason["enum"] as unknown as ReadonlyArray<string | null>), "model_length"])
    }
  },
  {
    name: "UsageInfo forbids further keys, but tokens that were cached are counted in some",
    correct: (document) => {
      schemasOf(document)["UsageInfo"]!["additionalProperties"] = json(true)
    }
  },
  {
    name: "an embedding cannot be a text, as it is where base64 is asked for",
    correct: (document) => {
      const { embedding, ...rest } = schemasOf(document)["EmbeddingResponseData"]!["properties"]!
      schemasOf(document)["EmbeddingResponseData"]!["properties"] = json({
        ...rest,
        embedding: { anyOf: [embedding, { type: "string" }] }
      })
    }
  }
]
