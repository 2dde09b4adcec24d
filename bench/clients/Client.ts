/** The operations of a contender. */
export interface Client {
  readonly name: string
  /** The parts of each chunk that it validates. */
  readonly validates: string
  /** Streams a completion to its end and calls `onText` with the text, or the fragment of arguments, of every chunk. */
  readonly stream: (baseUrl: string, model: string, onText: (text: string) => void) => Promise<void>
  /** Requests a whole completion and returns the length of its text. */
  readonly complete?: (baseUrl: string, model: string) => Promise<number>
}

/** The parts of a chunk that the benchmarks read, for clients that do not type it. */
export interface Chunk {
  readonly choices: ReadonlyArray<{
    readonly delta: {
      readonly content?: string | null
      readonly tool_calls?: ReadonlyArray<{ readonly function: { readonly arguments: string } }>
    }
  }>
}

export const touch = (chunk: Chunk, onText: (text: string) => void): void => {
  const delta = chunk.choices[0]!.delta
  const text = delta.tool_calls === undefined ? delta.content : delta.tool_calls[0]!.function.arguments
  if (text) onText(text)
}

export const messages = [{ role: "user" as const, content: "Who is the best French painter?" }]

export const apiKey = "no-key"

/** The headers of the clients without a library. */
export const headers = (stream: boolean) => ({
  "content-type": "application/json",
  accept: stream ? "text/event-stream" : "application/json",
  authorization: `Bearer ${apiKey}`
})

/** Sends the request of the clients without a library, over fetch. */
export const post = (baseUrl: string, model: string, stream: boolean): Promise<Response> =>
  fetch(`${baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: headers(stream),
    body: JSON.stringify({ model, messages, stream })
  })

export const postWhole = async (baseUrl: string, model: string): Promise<number> => {
  const response = await post(baseUrl, model, false)
  const completion = await response.json() as { readonly choices: [{ readonly message: { readonly content: string } }] }
  return completion.choices[0].message.content.length
}
