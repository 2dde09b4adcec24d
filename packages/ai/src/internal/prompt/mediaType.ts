/** The kinds of files that a message of Mistral's API can hold. */
export type FileKind = "image" | "audio" | "document" | "text"

/** Returns a media type in lower case and without parameters, such as `; charset=utf-8`. */
export const plainMediaType = (mediaType: string): string => mediaType.split(";", 1)[0]!.trim().toLowerCase()

/** Returns how a file of a media type is sent; `undefined` if Mistral takes none of that type. */
export const fileKind = (mediaType: string): FileKind | undefined => {
  const type = plainMediaType(mediaType)
  if (type.startsWith("image/")) return "image"
  if (type.startsWith("audio/")) return "audio"
  if (documents.test(type)) return "document"
  return texts.test(type) ? "text" : undefined
}

/** PDF, the formats of office programs, electronic books. The server decides which of them it reads. */
const documents =
  /^(application\/(x-)?pdf|(application|text)\/rtf|application\/(msword|epub\+zip|vnd\.ms-(word|powerpoint|excel)\b.*|vnd\.(openxmlformats-officedocument|oasis\.opendocument)\..*))$/

/** The types whose bytes are text that a model reads as it is. */
const texts =
  /^(text\/.+|.+\+(json|xml|yaml)|application\/((x-)?(json|json5|jsonl|jsonlines|json-lines|ndjson|xml|xml-dtd|yaml|toml|csv|markdown|javascript|ecmascript|typescript|sql|sh|shellscript|python|ruby|perl|php|httpd-php|latex|tex)|graphql))$/
