/**
 * The names of retired models. Mistral's page on the life of models says that they are answered with 404, where a name that
 * never existed is answered with 400.
 */
export const retiredModels: ReadonlySet<string> = new Set([
  "codestral-2405",
  "codestral-2501",
  "devstral-small-2505",
  "labs-leanstral-2603",
  "magistral-medium-2506",
  "magistral-medium-2507",
  "magistral-small-2506",
  "magistral-small-2507",
  "mistral-large-2402",
  "mistral-large-2407",
  "mistral-medium-2312",
  "mistral-saba-2502",
  "mistral-saba-latest",
  "mistral-small-2402",
  "mistral-small-2409",
  "mistral-small-2501",
  "mistral-small-2503",
  "open-codestral-mamba",
  "open-mistral-7b",
  "open-mixtral-8x22b",
  "open-mixtral-8x7b"
])
