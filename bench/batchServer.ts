/**
 * The server of `batchFiles.ts`, a process of its own: it counts the lines that are uploaded, and sends result lines.
 *
 * `POST /v1/files` reads a form and responds with the file and the number of lines in it, `GET /v1/files/{id}/content?lines=`
 * sends that many lines, as fast as they are read.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** A line of results, about as long as one of Mistral's for a short answer. */
const resultLine = (id: number): string =>
  `${
    JSON.stringify({
      id: `batch-${id}`,
      custom_id: String(id),
      response: {
        status_code: 200,
        body: {
          id: `c${id}`,
          object: "chat.completion",
          created: 1764500000,
          model: "mistral-small-latest",
          choices: [{
            index: 0,
            message: { role: "assistant", content: `positive ${"x".repeat(150)}`, tool_calls: null },
            finish_reason: "stop"
          }],
          usage: { prompt_tokens: 80, completion_tokens: 3, total_tokens: 83 }
        }
      },
      error: null
    })
  }\n`

/** A line of the file begins with a brace. Those of the form around it do not. */
const brace = 0x7b
const newline = 0x0a

const server = createServer((request, response) => {
  if (request.method === "POST") {
    let bytes = 0
    let lines = 0
    let before = 0
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      for (let at = chunk.indexOf(brace); at >= 0; at = chunk.indexOf(brace, at + 1)) {
        if ((at === 0 ? before : chunk[at - 1]) === newline) lines++
      }
      before = chunk[chunk.length - 1]!
    }).on("end", () => {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({
        id: "00000000-0000-0000-0000-000000000001",
        object: "file",
        bytes,
        created_at: 1764500000,
        filename: "requests.jsonl",
        purpose: "batch",
        sample_type: "batch_request",
        source: "upload",
        num_lines: lines
      }))
    })
    return
  }
  const lines = Number(/(\d+)\/content/.exec(request.url ?? "")?.[1])
  response.writeHead(200, { "content-type": "application/octet-stream" })
  let next = 0
  const more = (): void => {
    while (next < lines) {
      const end = Math.min(next + 200, lines)
      let text = ""
      while (next < end) text += resultLine(next++)
      if (!response.write(text)) return void response.once("drain", more)
    }
    response.end()
  }
  more()
})
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port))
process.on("disconnect", () => process.exit())
