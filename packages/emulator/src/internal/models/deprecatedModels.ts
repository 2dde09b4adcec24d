import type { CatalogEntry } from "./catalogEntry.ts"

const chat = ["completion_chat", "function_calling"] as const

/** The models of the catalog that are deprecated: Mistral's documentation names the day of their retirement. */
export const deprecatedModels: ReadonlyArray<CatalogEntry> = [
  {
    id: "mistral-medium-2508",
    aliases: [],
    released: "2025-08-12",
    context: 131_072,
    temperature: 0.3,
    can: [...chat, "vision"],
    retires: "2026-08-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "mistral-medium-2505",
    aliases: [],
    released: "2025-05-07",
    context: 131_072,
    temperature: 0.3,
    can: [...chat, "vision"],
    retires: "2026-08-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "mistral-small-2506",
    aliases: [],
    released: "2025-06-20",
    context: 131_072,
    temperature: 0.3,
    can: [...chat, "vision"],
    retires: "2026-07-31",
    replacement: "mistral-small-latest"
  },
  {
    id: "mistral-large-2411",
    aliases: [],
    released: "2024-11-18",
    context: 131_072,
    temperature: 0.7,
    can: chat,
    retires: "2026-05-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "magistral-medium-2509",
    aliases: ["magistral-medium-latest"],
    released: "2025-09-18",
    context: 131_072,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"],
    alwaysThinks: true,
    retires: "2026-07-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "magistral-small-2509",
    aliases: ["magistral-small-latest"],
    released: "2025-09-18",
    context: 131_072,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"],
    alwaysThinks: true,
    retires: "2026-07-31",
    replacement: "mistral-small-latest"
  },
  {
    id: "devstral-2512",
    aliases: ["devstral-latest", "devstral-medium-latest"],
    released: "2025-12-09",
    context: 262_144,
    temperature: 0.2,
    can: chat,
    retires: "2026-07-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "devstral-medium-2507",
    aliases: [],
    released: "2025-07-10",
    context: 131_072,
    temperature: 0,
    can: chat,
    retires: "2026-05-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "labs-devstral-small-2512",
    aliases: ["devstral-small-latest"],
    released: "2025-12-09",
    context: 262_144,
    temperature: 0.2,
    can: [...chat, "vision"],
    retires: "2026-03-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "devstral-small-2507",
    aliases: [],
    released: "2025-07-10",
    context: 131_072,
    temperature: 0,
    can: chat,
    retires: "2026-05-31",
    replacement: "mistral-small-latest"
  },
  {
    id: "labs-mistral-small-creative",
    aliases: [],
    released: "2025-12-11",
    context: 32_768,
    temperature: 0.7,
    can: chat,
    retires: "2026-04-30",
    replacement: "ministral-8b-latest"
  },
  {
    id: "ministral-8b-2410",
    aliases: [],
    released: "2024-10-09",
    context: 131_072,
    temperature: 0.3,
    can: chat,
    retires: "2025-12-31",
    replacement: "ministral-8b-latest"
  },
  {
    id: "ministral-3b-2410",
    aliases: [],
    released: "2024-10-09",
    context: 131_072,
    temperature: 0.3,
    can: chat,
    retires: "2025-12-31",
    replacement: "ministral-3b-latest"
  },
  {
    id: "open-mistral-nemo-2407",
    aliases: ["open-mistral-nemo"],
    released: "2024-07-18",
    context: 131_072,
    temperature: 0.3,
    can: chat,
    retires: "2026-07-31",
    replacement: "ministral-8b-latest"
  },
  {
    id: "pixtral-large-2411",
    aliases: ["pixtral-large-latest"],
    released: "2024-11-18",
    context: 131_072,
    temperature: 0.7,
    can: [...chat, "vision"],
    retires: "2026-05-31",
    replacement: "mistral-medium-latest"
  },
  {
    id: "pixtral-12b-2409",
    aliases: [],
    released: "2024-09-11",
    context: 131_072,
    temperature: 0.3,
    can: [...chat, "vision"],
    retires: "2025-12-31",
    replacement: "ministral-14b-latest"
  },
  {
    // It chats about recordings, without tools, and transcribes them.
    id: "voxtral-mini-2507",
    aliases: [],
    released: "2025-07-15",
    context: 32_768,
    temperature: 0.2,
    can: ["completion_chat", "audio", "audio_transcription"],
    retires: "2026-05-31",
    replacement: "voxtral-mini-latest"
  },
  {
    id: "mistral-ocr-2505",
    aliases: [],
    released: "2025-05-22",
    context: 16_384,
    temperature: 0,
    can: ["ocr", "vision"],
    retires: "2026-05-31",
    replacement: "mistral-ocr-latest"
  },
  {
    id: "mistral-ocr-2503",
    aliases: [],
    released: "2025-03-06",
    context: 16_384,
    temperature: 0,
    can: ["ocr", "vision"],
    retires: "2025-12-31",
    replacement: "mistral-ocr-latest"
  },
  {
    id: "mistral-moderation-2411",
    aliases: ["mistral-moderation-latest"],
    released: "2024-11-06",
    context: 8192,
    temperature: null,
    can: ["moderation", "classification"],
    retires: "2026-06-30",
    replacement: "mistral-moderation-2603"
  }
]
