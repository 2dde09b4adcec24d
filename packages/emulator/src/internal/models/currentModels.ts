import type { CatalogEntry } from "./catalogEntry.ts"

const chat = ["completion_chat", "function_calling"] as const

/** The models of the catalog that are current or in preview, those that are used most first. */
export const currentModels: ReadonlyArray<CatalogEntry> = [
  {
    id: "mistral-medium-3-5",
    aliases: ["mistral-medium-latest", "mistral-medium-3", "mistral-medium"],
    released: "2026-04-28",
    context: 262_144,
    temperature: 0.3,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "mistral-small-2603",
    aliases: ["mistral-small-latest", "mistral-small"],
    released: "2026-03-16",
    context: 262_144,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "mistral-large-2512",
    aliases: ["mistral-large-latest"],
    released: "2025-12-02",
    context: 262_144,
    temperature: 0.7,
    can: [...chat, "vision"]
  },
  {
    id: "ministral-14b-2512",
    aliases: ["ministral-14b-latest"],
    released: "2025-12-02",
    context: 262_144,
    temperature: 0.3,
    can: [...chat, "vision"]
  },
  {
    id: "ministral-8b-2512",
    aliases: ["ministral-8b-latest"],
    released: "2025-12-02",
    context: 262_144,
    temperature: 0.3,
    can: [...chat, "vision"]
  },
  {
    // The emulator classifies by it, too: classifiers are trained on it, and tests need no id of a trained one.
    id: "ministral-3b-2512",
    aliases: ["ministral-3b-latest"],
    released: "2025-12-02",
    context: 262_144,
    temperature: 0.3,
    can: [...chat, "vision", "classification"]
  },
  {
    id: "codestral-2508",
    aliases: ["codestral-latest"],
    released: "2025-07-30",
    context: 131_072,
    temperature: 0.3,
    can: [...chat, "completion_fim"]
  },
  {
    id: "voxtral-small-2507",
    aliases: ["voxtral-small-latest"],
    released: "2025-07-15",
    context: 32_768,
    temperature: 0.2,
    can: [...chat, "audio"]
  },
  {
    // A model of another maker, which Mistral hosts.
    id: "zai-glm-5-2",
    aliases: [],
    released: "2026-08-06",
    context: 1_048_576,
    temperature: 0.7,
    can: [...chat, "reasoning"]
  },
  {
    id: "labs-leanstral-1-5",
    aliases: [],
    released: "2026-06-30",
    context: 262_144,
    temperature: 0.7,
    can: [...chat, "vision"],
    retires: "2026-09-30"
  },
  {
    id: "mistral-embed-2312",
    aliases: ["mistral-embed"],
    released: "2023-12-11",
    context: 8192,
    temperature: null,
    can: [],
    embedding: { usual: 1024 }
  },
  {
    id: "codestral-embed-2505",
    aliases: ["codestral-embed"],
    released: "2025-05-28",
    context: 8192,
    temperature: null,
    can: [],
    embedding: { usual: 1536, most: 3072 }
  },
  {
    id: "mistral-ocr-4-1",
    aliases: ["mistral-ocr-latest", "mistral-ocr-4"],
    released: "2026-07-16",
    context: 16_384,
    temperature: 0,
    can: ["ocr", "vision"]
  },
  {
    id: "mistral-ocr-4-0",
    aliases: [],
    released: "2026-06-23",
    context: 16_384,
    temperature: 0,
    can: ["ocr", "vision"]
  },
  {
    id: "mistral-ocr-2512",
    aliases: [],
    released: "2025-12-18",
    context: 16_384,
    temperature: 0,
    can: ["ocr", "vision"]
  },
  {
    id: "mistral-moderation-2603",
    aliases: [],
    released: "2026-03-01",
    context: 131_072,
    temperature: null,
    can: ["moderation", "classification"]
  },
  {
    id: "voxtral-mini-2602",
    aliases: ["voxtral-mini-latest"],
    released: "2026-02-04",
    context: 16_384,
    temperature: 0,
    can: ["audio_transcription"]
  },
  {
    id: "voxtral-mini-transcribe-realtime-2602",
    aliases: ["voxtral-mini-transcribe-realtime-latest"],
    released: "2026-02-04",
    context: 16_384,
    temperature: 0,
    can: ["audio_transcription_realtime"]
  },
  {
    id: "voxtral-mini-tts-2603",
    aliases: ["voxtral-mini-tts-latest"],
    released: "2026-03-23",
    context: 4096,
    temperature: 0,
    can: ["audio_speech"]
  }
]
