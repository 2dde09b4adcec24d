/** A recording as OpenAI's API takes it. */
export interface InputAudio {
  readonly data: string
  readonly format: string
}

/**
 * Converts a recording as Mistral takes it, base64 or a `data:` URL, to the form of OpenAI's API, which names the format.
 * Gives `undefined` for a URL of another kind, and where neither the first bytes nor the `data:` URL tell the format.
 */
export const toInputAudio = (recording: string): InputAudio | undefined => {
  const [, type, base64] = /^\s*data:([^,;]*)[^,]*;base64,(.*)$/is.exec(recording) ?? []
  const data = (base64 ?? recording).trim()
  const format = signatures.find(([signature]) => signature.test(data))?.[1] ?? formats[type?.toLowerCase() ?? ""]
  return format === undefined ? undefined : { data, format }
}

/** The first bytes of each format, in base64. */
const signatures: ReadonlyArray<readonly [signature: RegExp, format: string]> = [
  // RIFF, a size, WAVE.
  [/^UklGR.{6}XQVZF/, "wav"],
  // ID3, or the head of a frame of MPEG audio, layer III.
  [/^SUQz|^\/\/[I-Po-v]|^\/\+[I-P]/, "mp3"],
  // The head of a frame of ADTS.
  [/^\/\/[E-Hk-n]/, "aac"],
  [/^ZkxhQ/, "flac"],
  [/^T2dnU/, "ogg"],
  // A size, ftyp.
  [/^AAAA..Z0eX/, "m4a"],
  [/^GkXfo/, "webm"]
]

/** The format of each media type. */
const formats: Readonly<Record<string, string | undefined>> = {
  "audio/wav": "wav",
  "audio/wave": "wav",
  "audio/x-wav": "wav",
  "audio/vnd.wave": "wav",
  "audio/mp3": "mp3",
  "audio/mpeg": "mp3",
  "audio/flac": "flac",
  "audio/x-flac": "flac",
  "audio/ogg": "ogg",
  "audio/opus": "opus",
  "audio/mp4": "m4a",
  "audio/m4a": "m4a",
  "audio/x-m4a": "m4a",
  "audio/aac": "aac",
  "audio/webm": "webm"
}
