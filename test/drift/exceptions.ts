/**
 * The known differences between Mistral's OpenAPI file and this library, each with its reason. One that no longer applies is
 * reported, like a difference.
 */
import type { Exception } from "./applyExceptions.ts"

const schema = (name: string): string => `#/components/schemas/${name}`

/** The known differences. */
export const exceptions: ReadonlyArray<Exception> = [
  {
    about: "type",
    at: schema("AudioChunk/properties/input_audio"),
    name: "binary",
    reason: "A request is JSON: the audio is base64 or a URL, a string."
  },
  {
    about: "key",
    at: [schema("AssistantMessage"), schema("DeltaMessage")],
    name: ["reasoning_content", "reasoning", "reasoning_details"],
    reason:
      "The thinking of a model in the dialects of OpenAI-compatible servers. Mistral's deployments leave the keys out."
  },
  {
    about: "type",
    at: [
      schema("AssistantMessage/properties/content/anyOf/2/items"),
      schema("DeltaMessage/properties/content/anyOf/2/items")
    ],
    name: "tool_reference",
    in: "response",
    reason: "The file has this kind inside thinking only; a response with it outside is read all the same."
  },
  {
    about: "check",
    at: [
      schema("ChatCompletionResponse"),
      schema("ChatCompletionChoice"),
      schema("FIMCompletionResponse")
    ],
    name: "a check",
    reason: "A completion without any choice is none, and a choice whose text is not in its message is read tolerantly."
  },
  {
    about: "key",
    at: [schema("ChatCompletionResponse"), schema("FIMCompletionResponse")],
    name: "data",
    reason: "The file requires it, and no completion has it."
  },
  {
    about: "bound",
    at: [
      schema("ChatCompletionChoice/properties/finish_reason"),
      schema("CompletionResponseStreamChoice/properties/finish_reason")
    ],
    name: "minLength",
    reason: "Some servers send an empty text before the end. It is read as absent."
  },
  {
    about: "value",
    at: schema("CompletionResponseStreamChoice/properties/finish_reason"),
    name: "model_length",
    reason: "A response that is not streamed can have it, so that a stream is not said to lack it."
  },
  {
    about: "body",
    at: "Agents.stream response",
    name: "a stream of events",
    reason: "The file does not say that an agent's completion is streamed. It is, like a chat completion."
  },
  {
    about: "type",
    at: schema("UsageInfo/properties/prompt_audio_seconds"),
    name: "any",
    reason: "The server was seen to send an empty object; the file has an integer or null."
  },
  {
    about: "key",
    at: schema("UsageInfo"),
    name: ["prompt_tokens_details", "prompt_token_details", "num_cached_tokens"],
    reason: "The server counts cached tokens in one of these; the file has none of them."
  },
  {
    about: "key",
    at: schema("ModerationResponse"),
    name: "usage",
    reason: "The server sends the usage of a moderation; the file does not have it."
  },
  {
    about: "required",
    at: schema("EmbeddingResponseData"),
    name: "embedding",
    reason: "An embedding without its vector is not usable."
  },
  {
    about: "type",
    at: schema("EmbeddingResponseData/properties/embedding"),
    name: "string",
    reason: "With `encoding_format: \"base64\"` an embedding is a text; the file has a list of numbers only."
  },
  {
    about: "key",
    at: schema("ModelCapabilities"),
    name: [
      "audio",
      "audio_speech",
      "audio_transcription",
      "audio_transcription_realtime",
      "classification",
      "completion_chat",
      "completion_fim",
      "fine_tuning",
      "function_calling",
      "moderation",
      "ocr",
      "reasoning",
      "unified_resources",
      "vision"
    ],
    reason: "Capabilities are read as a record with any keys, because Mistral adds new ones often."
  },
  {
    about: "type",
    at: "Models.list response",
    name: "array",
    reason: "OpenAI-compatible servers send a bare list of models."
  },
  {
    about: "required",
    at: schema("ModelList"),
    name: "data",
    reason: "A list of models without the list is not usable."
  },
  {
    about: "check",
    at: [
      schema("OCRRequest"),
      "Ocr.process request.bbox_annotation_format",
      "Ocr.process request.document_annotation_format"
    ],
    name: "a check",
    reason: "The server refuses an annotation prompt without a format, and a format that is no JSON schema."
  },
  {
    about: "required",
    at: schema("OCRTextBlock"),
    name: "type",
    reason: "The type tells the kinds of blocks apart. A block without one is read as an unknown kind."
  },
  {
    about: "format",
    at: [
      "BatchJobs.create request.input_files[]",
      "Campaigns.create request.judge_id",
      "DatasetRecords.bulkDelete request.dataset_record_ids[]",
      "Datasets.importFromCampaign request.campaign_id",
      "Datasets.importFromDataset request.dataset_record_ids[]"
    ],
    name: "uuid",
    reason: "An id comes from a response and is sent as it is; the server refuses one that it does not know."
  },
  {
    about: "format",
    at: "BatchJobs.list query.created_after",
    name: "date-time",
    reason: "The server refuses a text that is no time."
  },
  {
    about: "check",
    at: "BatchJobs.create request.metadata",
    name: ["the keyword `propertyNames`", "a check"],
    reason:
      "Keys of 1 to 32 characters on both sides; a schema of Effect has no keyword for it. test/batchOpenapi.test.ts compares them."
  },
  {
    about: "other keys",
    at: "BatchJobs.list query.metadata",
    name: "*",
    reason: "A filter by metadata can only be by texts, because the metadata of a job are texts."
  },
  {
    about: "check",
    at: "BatchJobs.list query.metadata",
    name: "a check",
    reason:
      "A key that is named like another query parameter cannot be told from it, because each key is a parameter of its own."
  },
  {
    about: "null",
    at: "Files.upload request.visibility",
    name: "null",
    reason: "A field of a form that is null is left out."
  },
  {
    about: "value",
    at: schema("FilePurpose"),
    name: "audio",
    reason: "Only the file's prose names it."
  },
  {
    about: "check",
    at: schema("FilterCondition"),
    name: "a check",
    reason: "The server refuses values of another type than the operator compares."
  },
  {
    about: "check",
    at: schema("JudgeRegressionOutput"),
    name: "a check",
    reason: "The server refuses a minimum that is not below the maximum."
  },
  {
    about: "type",
    at: schema("FilterPayload/properties/filters"),
    name: "any",
    reason: "The filters of a response are not interpreted: a filter that the server stored may be of a later version."
  },
  {
    about: "type",
    at: schema("FetchChatCompletionFieldOptionsResponse/properties/options/anyOf/0/items"),
    name: "number",
    reason: "The options of a numeric field are numbers; the file has texts and booleans only."
  }
]
