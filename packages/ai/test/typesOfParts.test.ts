/**
 * The types of `metadata.mistral` of responses and errors, and of `options.mistral` of prompts. The compiler checks them, by
 * `npm run check`: a line that must not compile stands below `@ts-expect-error`.
 */
import type { MistralMetadata } from "@effect-mistral/ai"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { AiError, LanguageModel, Prompt, Response } from "effect/ai"
import { same } from "./fixtures/sameType.ts"

describe("the metadata of a response", () => {
  it("has Mistral's part of each kind of part", () => {
    same<Response.TextPartMetadata["mistral"], MistralMetadata.Text | null | undefined>(true)
    same<Response.TextEndPartMetadata["mistral"], MistralMetadata.Text | null | undefined>(true)
    same<Response.ReasoningPartMetadata["mistral"], MistralMetadata.Reasoning | null | undefined>(true)
    same<Response.ReasoningEndPartMetadata["mistral"], MistralMetadata.Reasoning | null | undefined>(true)
    same<Response.DocumentSourcePartMetadata["mistral"], MistralMetadata.Source | null | undefined>(true)
    same<Response.UrlSourcePartMetadata["mistral"], MistralMetadata.Source | null | undefined>(true)
    same<Response.FinishPartMetadata["mistral"], MistralMetadata.Finish | null | undefined>(true)
  })

  it("is read by its keys, from a whole response and from the parts of a stream", () => {
    const finish = (response: LanguageModel.GenerateTextResponse<{}>) =>
      response.content.find((part) => part.type === "finish")?.metadata.mistral
    same<ReturnType<typeof finish>, MistralMetadata.Finish | null | undefined>(true)
    const reason = (part: Response.StreamPart<{}>) =>
      part.type === "finish" ? part.metadata.mistral?.finishReason : undefined
    same<ReturnType<typeof reason>, string | null | undefined>(true)
    const signature = (part: Response.StreamPart<{}>) =>
      part.type === "reasoning-end" ? part.metadata.mistral?.signature : undefined
    same<ReturnType<typeof signature>, string | undefined>(true)
  })

  it("is checked where a program makes a part", () => {
    const part = Response.makePart("finish", {
      reason: "stop",
      usage: new Response.Usage({
        inputTokens: { uncached: 1, total: 1, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: 1, text: undefined, reasoning: undefined }
      }),
      response: undefined,
      metadata: { mistral: { finishReason: "stop" }, other: { any: "thing" } }
    })
    assert.strictEqual(part.metadata.mistral?.finishReason, "stop")
  })
})

/** These are checked by the compiler only. */
export const refusedMetadata = (
  text: Response.TextPart,
  reasoning: Response.ReasoningPart,
  finish: Response.FinishPart
) => [
  // @ts-expect-error: misspelt
  finish.metadata.mistral?.finishreason,
  // @ts-expect-error: a text, which may be any
  finish.metadata.mistral?.finishReason satisfies "stop" | null | undefined,
  // @ts-expect-error: a text has no signature
  text.metadata.mistral?.signature,
  // @ts-expect-error: a text
  Response.makePart("reasoning", { text: "", metadata: { mistral: { signature: 1 } } }),
  // @ts-expect-error: it may be null
  reasoning.metadata.mistral.closed,
  // Another provider's is JSON.
  finish.metadata["other"]
]

describe("the options of a prompt", () => {
  it("have Mistral's part of each kind of part", () => {
    same<Prompt.TextPartOptions["mistral"], MistralMetadata.Text | null | undefined>(true)
    same<Prompt.ReasoningPartOptions["mistral"], MistralMetadata.Reasoning | null | undefined>(true)
    same<Prompt.FilePartOptions["mistral"], MistralMetadata.File | null | undefined>(true)
  })

  it("are those of a file that was uploaded, and of an image", () => {
    const image = Prompt.makePart("file", {
      mediaType: "image/png",
      fileName: undefined,
      data: new URL("https://example.com/cat.png"),
      options: { mistral: { imageDetail: "high" } }
    })
    assert.strictEqual(image.options.mistral?.imageDetail, "high")
    const document = {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "file", mediaType: "application/pdf", data: "", options: { mistral: { fileId: "file-1" } } }
      ]
    } satisfies Prompt.UserMessageEncoded
    same<Effect.Success<ReturnType<typeof asked>>, string>(true)
    assert.isTrue(Effect.isEffect(asked([document])))
  })

  it("are what the metadata of a response becomes", () => {
    same<NonNullable<Prompt.TextPartOptions["mistral"]>, NonNullable<Response.TextPartMetadata["mistral"]>>(true)
    same<NonNullable<Prompt.ReasoningPartOptions["mistral"]>, NonNullable<Response.ReasoningPartMetadata["mistral"]>>(
      true
    )
  })
})

const asked = (prompt: Prompt.RawInput) => Effect.map(LanguageModel.generateText({ prompt }), ({ text }) => text)

/** These are checked by the compiler only. */
export const refusedOptions = () => {
  const file = { mediaType: "image/png", fileName: undefined, data: "" }
  const inPrompt = { type: "file", mediaType: "image/png", data: "" } as const
  return [
    // @ts-expect-error: not a level of detail
    Prompt.makePart("file", { ...file, options: { mistral: { imageDetail: "huge" } } }),
    // @ts-expect-error: misspelt
    Prompt.makePart("file", { ...file, options: { mistral: { imagedetail: "high" } } }),
    // @ts-expect-error: the id is a text
    Prompt.makePart("file", { ...file, options: { mistral: { fileId: 1 } } }),
    // @ts-expect-error: a text has no file
    Prompt.makePart("text", { text: "", options: { mistral: { fileId: "file-1" } } }),
    // @ts-expect-error: misspelt, in the plain form of a prompt
    asked([{ role: "user", content: [{ ...inPrompt, options: { mistral: { fileID: "file-1" } } }] }]),
    // @ts-expect-error: not a level of detail, in the plain form of a prompt
    asked([{ role: "user", content: [{ ...inPrompt, options: { mistral: { imageDetail: "huge" } } }] }])
  ]
}

describe("the metadata of an error", () => {
  it("has what Mistral said of the failed call, whatever the reason", () => {
    type Mistral = MistralMetadata.Failure | null | undefined
    same<AiError.RateLimitErrorMetadata["mistral"], Mistral>(true)
    same<AiError.QuotaExhaustedErrorMetadata["mistral"], Mistral>(true)
    same<AiError.AuthenticationErrorMetadata["mistral"], Mistral>(true)
    same<AiError.ContentPolicyErrorMetadata["mistral"], Mistral>(true)
    same<AiError.InvalidRequestErrorMetadata["mistral"], Mistral>(true)
    same<AiError.InvalidResponseErrorMetadata["mistral"], Mistral>(true)
    same<AiError.InternalProviderErrorMetadata["mistral"], Mistral>(true)
    same<AiError.UnknownErrorMetadata["mistral"], Mistral>(true)
  })

  it("is read from the reason of an AiError", () => {
    const requestId = (error: AiError.AiError) =>
      error.reason._tag === "InvalidRequestError" || error.reason._tag === "RateLimitError"
        ? error.reason.metadata.mistral?.requestId
        : undefined
    same<ReturnType<typeof requestId>, string | undefined>(true)
    const reason = new AiError.InvalidRequestError({ metadata: { mistral: { reason: "NotFound", status: 404 } } })
    assert.strictEqual(reason.metadata.mistral?.status, 404)
  })
})

/** These are checked by the compiler only. */
export const refusedErrors = (error: AiError.InvalidRequestError) => [
  // @ts-expect-error: misspelt
  error.metadata.mistral?.requestID,
  // @ts-expect-error: it may be absent
  error.metadata.mistral.requestId
]
