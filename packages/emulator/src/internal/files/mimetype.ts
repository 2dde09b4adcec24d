/** The media types by the ends of names, for files that are uploaded without a type of their own. */
const types: ReadonlyMap<string, string> = new Map([
  ["jsonl", "application/jsonl"],
  ["json", "application/json"],
  ["pdf", "application/pdf"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
  ["csv", "text/csv"],
  ["txt", "text/plain"],
  ["md", "text/markdown"],
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"]
])

const unknown = "application/octet-stream"

/** The media type of JSON Lines. */
export const jsonLines = "application/jsonl"

/** The media type of a file: the one that was given, unless that says nothing; otherwise by the end of its name. */
export const mimetypeOf = (filename: string, given: string | undefined): string => {
  const essence = given?.replace(/;.*$/s, "").trim().toLowerCase() ?? ""
  if (essence !== "" && essence !== unknown) return essence
  return types.get(/\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "") ?? unknown
}
