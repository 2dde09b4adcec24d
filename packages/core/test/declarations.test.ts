/**
 * The declarations that TypeScript emits for a library over these types: they name the types and do not spell them out.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

describe("the declarations of a library", () => {
  let declarations = ""
  beforeAll(async () => {
    declarations = await emit(`${imports}\n${[...library, ...names.map(([code]) => code)].map(exported).join("\n")}\n`)
  }, 60_000)

  it("of five functions are less than 60 lines", () => {
    const first = library.map((_, at) => declarationOf(at, declarations)).join("\n")
    assert.isBelow(first.split("\n").length, 60)
    for (
      const name of [
        "Completion.Choice | undefined",
        "Tool.ReceivedCall[]",
        "Message.Message[]",
        "Tool.Tool[]",
        "Usage | null",
        "Content.ReceivedThinking"
      ]
    ) {
      assert.include(first, name)
    }
  })

  for (const [at, [code, type]] of names.entries()) {
    it(`name the type of ${code}`, () => {
      assert.deepStrictEqual(
        alternatives(returnTypeOf(declarationOf(library.length + at, declarations))),
        alternatives(type)
      )
    })
  }
})

const imports = [
  "Classification",
  "Classifiers",
  "Completion",
  "CompletionRequest",
  "Content",
  "Embedding",
  "Embeddings",
  "Guardrail",
  "Message",
  "MistralError",
  "Model",
  "Models",
  "Moderation",
  "Moderations",
  "Ocr",
  "OcrDocument",
  "ResponseFormat",
  "Tool",
  "Usage"
].map((name) => `import * as ${name} from "@effect-mistral/core/${name}"`).join("\n")

const library: ReadonlyArray<string> = [
  "(response: Completion.Response) => response.choices[0]",
  "(response: Completion.Response) => response.choices.flatMap(({ message }) => message?.tool_calls ?? [])",
  `(request: CompletionRequest.Chat, response: Completion.Response) => ({
    ...request,
    messages: response.choices.reduce<ReadonlyArray<Message.Message>>(
      (messages, { message }) => message == null ? messages : [...messages, Message.fromReceived(message)],
      request.messages
    )
  })`,
  "(responses: ReadonlyArray<Completion.Response>) => responses.map(({ id, usage }) => ({ id, usage }))",
  `({ content }: Message.Received) =>
    typeof content === "string" ? [] : (content ?? []).filter((piece) => piece.type === "thinking")`
]

const names: ReadonlyArray<readonly [code: string, type: string]> = [
  ["(response: Completion.Response) => response.usage", "Usage.Usage | null | undefined"],
  ["(choice: Completion.Choice) => choice.message", "Message.Received | null | undefined"],
  ["(choice: Completion.Choice) => choice.messages", "readonly Message.Delta[] | null | undefined"],
  ["(choice: Completion.Choice) => choice.finish_reason", "Completion.FinishReason | null | undefined"],
  ["(choice: Completion.Choice) => choice.message?.tool_calls?.[0]", "Tool.ReceivedCall | undefined"],
  ["(chunk: Completion.Chunk) => chunk.choices", "readonly Completion.ChunkChoice[]"],
  ["(choice: Completion.ChunkChoice) => choice.delta", "Message.Delta"],
  ["(delta: Message.Delta) => delta.tool_calls?.[0]", "Tool.CallDelta | undefined"],
  ["(delta: Message.Delta) => delta.content", "string | readonly Content.Received[] | null | undefined"],
  ["(request: CompletionRequest.Chat) => request.messages[0]", "Message.Message | undefined"],
  ["(request: CompletionRequest.Agents) => request.tools", "readonly Tool.Tool[] | null | undefined"],
  ["(request: CompletionRequest.Chat) => request.tool_choice", "Tool.Choice | undefined"],
  [
    "(request: CompletionRequest.Chat) => request.response_format",
    "ResponseFormat.ResponseFormat | undefined"
  ],
  ["(format: ResponseFormat.ResponseFormat) => format.json_schema", "ResponseFormat.JsonSchema | null | undefined"],
  ["(request: CompletionRequest.Chat) => request.prediction", "CompletionRequest.Prediction | undefined"],
  ["(request: CompletionRequest.Chat) => request.guardrails?.[0]", "Guardrail.Guardrail | undefined"],
  ["(guardrail: Guardrail.Guardrail) => guardrail.moderation_llm_v2", "Guardrail.ModerationV2 | null | undefined"],
  ["(message: Message.Assistant) => message.tool_calls?.[0]", "Tool.Call | undefined"],
  ["(message: Message.User) => message.content", "string | readonly Content.Content[] | null"],
  ["(message: Message.System) => message.content", "string | readonly Content.SystemContent[]"],
  ["() => [Message.system(\"\"), Message.user(\"\")] as const", "readonly [Message.System, Message.User]"],
  ["(call: Tool.ReceivedCall) => Message.toolResult(call, 1)", "Message.ToolResult"],
  ["() => Tool.make({ name: \"f\", parameters: {} })", "Tool.Function"],
  ["() => Tool.fromSchema({ name: \"f\" })", "Tool.Function"],
  ["(error: Tool.InvalidArguments) => error.issues", "readonly MistralError.Issue[]"],
  ["(tool: Tool.WebSearch) => tool.tool_configuration", "Tool.Configuration | null | undefined"],
  ["(content: Content.Thinking) => content.thinking[0]!", "Content.Text | Content.Reference | Content.ToolReference"],
  ["(response: Embedding.Response) => response.data", "readonly Embedding.Embedding[]"],
  ["(list: Model.List) => Model.models(list)[0]", "Model.Model | undefined"],
  ["(model: Model.Model) => model.capabilities", "Model.Capabilities | null | undefined"],
  ["(response: Moderation.Response) => response.results", "readonly Moderation.Result[]"],
  [
    "(request: Embeddings.Request) => Embeddings.create(request)",
    "import(\"effect/Effect\").Effect<Embedding.Response, MistralError.MistralError, Embeddings.Embeddings>"
  ],
  [
    "(request: Moderations.ChatRequest) => Moderations.createChat(request)",
    "import(\"effect/Effect\").Effect<Moderation.Response, MistralError.MistralError, Moderations.Moderations>"
  ],
  ["() => Models.list()", "import(\"effect/Effect\").Effect<Model.List, MistralError.MistralError, Models.Models>"],
  [
    "() => Models.fetch(\"m\")",
    "import(\"effect/Effect\").Effect<Model.Model, MistralError.MistralError, Models.Models>"
  ],
  ["(response: Embedding.Response) => Embedding.vectors(response)", "readonly (readonly number[])[]"],
  [
    "(request: Moderation.ChatRequest) => request.input[0]",
    "Message.Message | readonly Message.Message[] | undefined"
  ],
  ["(response: Classification.Response) => response.results", "readonly Classification.Result[]"],
  ["(result: Classification.Result) => result[\"intent\"]", "Classification.TargetResult | undefined"],
  [
    "(request: Classification.ChatRequest) => request.input",
    "Classification.Conversation | readonly Classification.Conversation[]"
  ],
  [
    "(request: Classifiers.Request) => Classifiers.classify(request)",
    "import(\"effect/Effect\").Effect<Classification.Response, MistralError.MistralError, Classifiers.Classifiers>"
  ],
  [
    "(request: Ocr.Request) => Ocr.process(request)",
    "import(\"effect/Effect\").Effect<OcrDocument.Response, MistralError.MistralError, Ocr.Ocr>"
  ],
  ["(request: OcrDocument.Request) => request.document", "OcrDocument.Document"],
  ["(response: OcrDocument.Response) => response.pages", "readonly OcrDocument.Page[]"],
  ["(page: OcrDocument.Page) => page.images", "readonly OcrDocument.Image[]"],
  ["(page: OcrDocument.Page) => page.blocks?.[0]", "OcrDocument.Block | undefined"],
  ["(page: OcrDocument.Page) => page.dimensions", "OcrDocument.Dimensions | null | undefined"],
  ["(reason: MistralError.Validation) => reason.issues", "readonly MistralError.Issue[]"]
]

const exported = (code: string, at: number): string => `export const f${at} = ${code}`

const declarationOf = (at: number, declarations: string): string =>
  declarations.split("export declare const ").find((text) => text.startsWith(`f${at}:`)) ?? ""

const returnTypeOf = (declaration: string): string => declaration.trim().replace(/^.*? => /, "").replace(/;$/, "")

/** The members of a union in one order: that of TypeScript depends on the rest of the program. */
const alternatives = (type: string): ReadonlyArray<string> => type.split(" | ").sort()

/** Compiles a program in a folder of its own, as a user's, and gives its declarations. */
async function emit(source: string): Promise<string> {
  const root = fileURLToPath(new URL("../../..", import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), "declarations-"))
  try {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"))
    await writeFile(join(folder, "library.ts"), source)
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.base.json"),
        compilerOptions: {
          composite: false,
          declarationMap: false,
          emitDeclarationOnly: true,
          sourceMap: false,
          noCheck: true,
          rootDir: "/",
          outDir: "out"
        },
        files: ["library.ts"]
      })
    )
    await promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["-p", folder])
    return await readFile(join(folder, "out", folder, "library.d.ts"), "utf8")
  } finally {
    await rm(folder, { recursive: true })
  }
}
