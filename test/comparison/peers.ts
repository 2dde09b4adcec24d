/** The compared clients: where their programs are, and which package says their version. */

/** A column of the comparison. */
export interface Column {
  /** The name in the table: that of the package. */
  readonly name: string
  /** The file of the client, in `peers`. */
  readonly file: string
  /** The packages whose versions are printed. */
  readonly packages: ReadonlyArray<string>
  /** The packages that are installed in a folder of their own, because they do not fit those of this repository. */
  readonly install?: ReadonlyArray<string>
}

/** The columns, in the order of the table. */
export const columns: ReadonlyArray<Column> = [
  { name: "@effect-mistral", file: "ours.ts", packages: ["@effect-mistral/chat", "effect"] },
  { name: "@mistralai/mistralai", file: "mistralai.ts", packages: ["@mistralai/mistralai"] },
  { name: "@ai-sdk/mistral", file: "aiSdk.ts", packages: ["@ai-sdk/mistral", "ai"] },
  { name: "openai", file: "openai.ts", packages: ["openai"] },
  { name: "@langchain/mistralai", file: "langchain.ts", packages: ["@langchain/mistralai", "@langchain/core"] },
  {
    name: "@effect/ai-openai-compat",
    file: "effectCompat.mjs",
    packages: ["@effect/ai-openai-compat", "effect"],
    install: ["@effect/ai-openai-compat@4.0.0-beta.98", "effect@4.0.0-beta.98"]
  }
]
