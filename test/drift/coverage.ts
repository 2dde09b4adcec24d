/** Which parts of the API this library serves as a whole, and which it does not serve, with the reasons. */
import type { Group } from "./compareFiles.ts"

/** The parts of the API that are served. A new operation of one of them is a difference. */
export const servedGroups: ReadonlyArray<Group> = [
  { name: "Chat completions", paths: /^\/v1\/chat\/completions$/ },
  { name: "Fill-in-the-middle", paths: /^\/v1\/fim\// },
  { name: "Agent completions", paths: /^\/v1\/agents\/completions$/ },
  { name: "Embeddings", paths: /^\/v1\/embeddings/ },
  { name: "Moderations", paths: /^\/v1\/(chat\/)?moderations/ },
  { name: "Classifications", paths: /^\/v1\/(chat\/)?classifications/ },
  { name: "OCR", paths: /^\/v1\/ocr/ },
  { name: "Models", paths: /^\/v1\/models/ },
  { name: "Files", paths: /^\/v1\/files/ },
  { name: "Batch jobs", paths: /^\/v1\/batch\// },
  { name: "Observability: logs, traces and spans", paths: /^\/v1\/observability\/(logs|traces|spans)(\/|$)/ },
  { name: "Observability: events, judges, campaigns and datasets", paths: /^\/v1\/observability\// }
]

/** A part of the API that is not served. */
export interface NotServed {
  readonly name: string
  readonly paths: RegExp
  /** The paths as the page writes them. */
  readonly path: string
  readonly reason: string
}

/** The parts of the API that are not served. An operation of no part is not claimed: it is new. */
export const notServedGroups: ReadonlyArray<NotServed> = [
  {
    name: "Conversations",
    paths: /^\/v1\/conversations(\/|$)/,
    path: "/v1/conversations",
    reason:
      "Beta. The server keeps the conversation there; here the program keeps it, in `messages` or in a `Chat` of effect/ai."
  },
  {
    name: "Management of agents",
    paths: /^\/v1\/agents(\/(?!completions$)|$)/,
    path: "/v1/agents",
    reason: "Beta. `Agents` of the package agents runs an agent that exists."
  },
  {
    name: "Libraries",
    paths: /^\/v1\/libraries(\/|$)/,
    path: "/v1/libraries",
    reason: "Beta. Requests can name a library in the tool `document_library`."
  },
  {
    name: "Connectors",
    paths: /^\/v1\/connectors(\/|$)/,
    path: "/v1/connectors",
    reason: "Beta. Requests can name a connector in the tool `connector`."
  },
  { name: "Workflows", paths: /^\/v1\/workflows(\/|$)/, path: "/v1/workflows", reason: "Beta." },
  {
    name: "Audio",
    paths: /^\/v1\/audio(\/|$)/,
    path: "/v1/audio",
    reason: "Transcription, speech and voices. A chat completion takes audio as a piece of content, `input_audio`."
  },
  {
    name: "Fine-tuning",
    paths: /^\/v1\/fine_tuning(\/|$)/,
    path: "/v1/fine_tuning",
    reason: "Deprecated by Mistral. A fine-tuned model is called like any other one, by its id."
  }
]

/** The reason why an operation is not served. */
export const reasonOf = (path: string): string => {
  const group = notServedGroups.find(({ paths }) => paths.test(path))
  return group === undefined ? "not claimed" : `${group.name}: ${group.reason}`
}
