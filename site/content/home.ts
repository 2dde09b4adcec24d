/** The home page: the README, whose first paragraph, commands and program stand at the top. */
import { plainText } from "./markdown.ts"

/** A claim of the home page, and the document that shows it. */
export interface Feature {
  readonly title: string
  readonly details: string
  readonly file: string
}

/** What the home page shows first, each with the document that explains it. */
export const features: ReadonlyArray<Feature> = [
  {
    title: "Streams with a known end",
    details: "A stream ends normally only after `[DONE]`, and otherwise fails with a typed error.",
    file: "docs/streaming.md"
  },
  {
    title: "Typed errors",
    details: "Every failure is a `MistralError` with a tagged reason, the status and the request id.",
    file: "docs/errors.md"
  },
  {
    title: "Safe retries",
    details: "Retries are on by default, obey `Retry-After`, and happen only where they are safe.",
    file: "docs/retries-and-timeouts.md"
  },
  {
    title: "Structured output",
    details: "A completion as a value of your schema, at once or while it grows.",
    file: "docs/structured-output.md"
  },
  {
    title: "effect/ai",
    details: "Mistral as a `LanguageModel`, with toolkits, chats and fallbacks to other models.",
    file: "docs/effect-ai.md"
  },
  {
    title: "Durable batches",
    details: "A long list of requests goes on where it was after the program was killed.",
    file: "docs/durable-batches.md"
  },
  {
    title: "Tests without a network",
    details: "Mocks, scripted responses and a local emulator of the API: no key is needed.",
    file: "docs/testing.md"
  },
  {
    title: "Every runtime",
    details: "Node, browsers, edge isolates, Deno and Bun, with small bundles by tree shaking.",
    file: "docs/runtimes.md"
  }
]

const quote = JSON.stringify

/** The home page of the site, out of the text of the README. `linkOf` gives the address of a document. */
export const homePage = (readme: string, linkOf: (file: string) => string): string => {
  const [, title = "", intro = "", rest = ""] = /^# (.+)\n+([\s\S]+?)\n\n([\s\S]*)$/.exec(readme) ?? []
  if (intro === "") throw new Error("README.md does not begin with a heading and a paragraph")
  const sentences = plainText(intro).split(/(?<=\.)\s+(?=[A-Z])/)
  return `---
layout: home
title: ${quote(title)}
titleTemplate: Effect-native client for Mistral AI
hero:
  name: ${quote(title)}
  text: Mistral AI for Effect
  tagline: ${quote(sentences[0]?.replace(/:.*$/s, ".") ?? "")}
  actions:
    - theme: brand
      text: Getting started
      link: ${linkOf("docs/getting-started.md")}
    - theme: alt
      text: Examples
      link: ${linkOf("docs/examples.md")}
    - theme: alt
      text: API reference
      link: /api/
features:
${
    features.map(({ details, file, title }) =>
      `  - title: ${quote(title)}\n    details: ${quote(details.replaceAll("`", ""))}\n    link: ${linkOf(file)}`
    ).join("\n")
  }
---

${intro}

${rest}`
}
