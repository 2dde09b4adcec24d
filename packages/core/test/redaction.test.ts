import type * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { complete, stream } from "./fixtures/completions.ts"
import { fieldsOf } from "./fixtures/errorResponses.ts"
import { refusal } from "./fixtures/refusal.ts"
import { apiKey, event, eventStream, json, request, type Respond, scripted } from "./fixtures/scriptedServer.ts"
import { shownTexts } from "./fixtures/shownTexts.ts"

describe("the key is never seen", () => {
  const echoed = `Bearer ${apiKey}`
  const scripts: Record<string, { readonly respond: Respond; readonly options?: MistralClient.Options }> = {
    ...Object.fromEntries(
      [400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504, 529].map((status) => [
        `in a ${status} that echoes it`,
        {
          respond: () =>
            json(status, {
              object: "error",
              message: `Invalid key ${apiKey}`,
              type: apiKey,
              code: apiKey,
              param: apiKey,
              request_id: apiKey,
              guardrails: { authorization: echoed },
              detail: [{ loc: ["header", apiKey], msg: `bad ${echoed}`, type: "x", input: echoed }]
            }, { "mistral-correlation-id": apiKey, "x-ratelimit-key": apiKey })
        }
      ])
    ),
    "in a failed connection whose cause quotes the header": {
      respond: () => Effect.fail(new Error(`cannot send authorization: ${echoed}`, { cause: new Error(echoed) }))
    },
    "in a failed connection whose cause is the request": {
      respond: (_, __, request) => Effect.fail({ name: "Error", message: "", request, cause: request })
    },
    "in an answer that breaks off": {
      respond: () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.error(new Error(`terminated ${echoed}`))
          }),
          { status: 200 }
        )
    },
    "in an answer that does not fit and echoes it": {
      respond: () => json(200, { message: `key ${apiKey}`, error: { message: echoed }, choices: apiKey })
    },
    "in an answer of another content type": {
      respond: () => new Response(`<title>${apiKey}</title>`, { status: 200, headers: { "content-type": "text/html" } })
    },
    "in an event that reports an error": {
      respond: () => eventStream(`${event("a")}data: {"error":{"message":"for ${apiKey}","code":"${apiKey}"}}\n\n`)
    },
    "in an event that does not fit": {
      respond: () => eventStream(`data: {"id":"${apiKey}","choices":"${apiKey}"}\n\n`)
    },
    "in a base URL that is none": {
      respond: () => json(200, {}),
      options: { baseUrl: `not a url ${apiKey}` }
    },
    "in a URL that the transport refuses": {
      respond: () => json(200, {}),
      options: { baseUrl: "https://exa mple.test:99999" }
    },
    "when it holds a line break": {
      respond: () => json(200, {}),
      options: { apiKey: Redacted.make(`${apiKey}\nx-injected: ${apiKey}`) }
    },
    "when a header cannot hold it": {
      respond: () => json(200, {}),
      options: { apiKey: Redacted.make(`${apiKey}é`) }
    },
    "when the effect that yields it fails with it": {
      respond: () => json(200, {}),
      options: { apiKey: Effect.fail(new Error(`no ${apiKey}`)) }
    },
    "when the effect that yields it dies with it": {
      respond: () => json(200, {}),
      options: { apiKey: Effect.die(new Error(`no ${apiKey}`)) }
    },
    "when it is given as a plain text, in place of a redacted one": {
      respond: () => json(200, {}),
      options: { apiKey: apiKey as unknown as Redacted.Redacted<string> }
    },
    "when the effect yields a plain text": {
      respond: () => json(200, {}),
      options: { apiKey: Effect.succeed(apiKey as unknown as Redacted.Redacted<string>) }
    },
    "in a defect of the transport": {
      respond: () =>
        Effect.die(new TypeError(`cannot send ${echoed}`, { cause: new Error("x", { cause: new Error(echoed) }) }))
    },
    "in a defect of the transport that is a text": {
      respond: () => Effect.die(`cannot send ${echoed}`)
    },
    "in a defect of a body": {
      respond: () =>
        ({
          status: 200,
          headers: new Headers(),
          get body() {
            throw new Error(`no body for ${echoed}`)
          }
        }) as unknown as Response
    }
  }

  for (const [name, { respond, options }] of Object.entries(scripts)) {
    for (const operation of ["complete", "stream"] as const) {
      it.effect(`${name} (${operation})`, () =>
        Effect.gen(function*() {
          for (const [place, text] of Object.entries(yield* observed(operation, respond, options))) {
            assert.isAbove(text.length, 0, place)
            assert.notInclude(text, apiKey, place)
          }
        }))
    }
  }

  it.effect("in the attributes of the HTTP client's spans, which a propagated trace has", () =>
    Effect.gen(function*() {
      const texts = yield* observed("complete", () => json(401, { message: apiKey }, { "set-cookie": apiKey }), {
        apiKeyHeader: "api-key",
        headers: { "x-my-secret": apiKey },
        baseUrl: `https://api.test/v1?access_token=${apiKey}`,
        propagateTrace: true
      })
      assert.include(texts["spans"], "http.request.header.api-key")
      assert.include(texts["spans"], "url.full")
      assert.notInclude(texts["spans"], apiKey)
    }).pipe(Effect.provideService(HttpClient.TracerHeaderFilter, () => true)))

  it.effect("though it is sent", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(500, {}), { retry: RetryPolicy.none })
      yield* Effect.exit(complete(request).pipe(Effect.provide(layer)))
      assert.strictEqual(sent[0]?.headers.authorization, `Bearer ${apiKey}`)
    }))

  it.effect("and the server's sentence is kept around it", () =>
    Effect.gen(function*() {
      const error = yield* refusal(() => json(401, { detail: `The key ${apiKey} has expired` }))
      assert.strictEqual(fieldsOf(error).message, "The key <redacted> has expired")
    }))

  it.effect("and neither are the keys in a gateway's headers, but the name of its provider is", () =>
    Effect.gen(function*() {
      const headers = {
        "x-portkey-provider": "mistral-ai",
        "x-portkey-virtual-key": "virtual-12345",
        "x-portkey-config": JSON.stringify({ targets: [{ api_key: "target-12345" }] })
      }
      const { layer } = scripted(
        () => json(400, { error: { message: "mistral-ai error: refused virtual-12345 and target-12345" } }),
        { retry: RetryPolicy.none, headers }
      )
      const error = yield* Effect.flip(complete(request).pipe(Effect.provide(layer)))
      assert.strictEqual(fieldsOf(error).message, "mistral-ai error: refused <redacted> and <redacted>")
    }))

  it.effect("and a key that ends with a line break is sent without it", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(500, {}), {
        retry: RetryPolicy.none,
        apiKey: Redacted.make(`${apiKey}\n`)
      })
      yield* Effect.exit(complete(request).pipe(Effect.provide(layer)))
      assert.strictEqual(sent[0]?.headers.authorization, `Bearer ${apiKey}`)
    }))
})

const observed = (
  operation: "complete" | "stream",
  respond: Respond,
  options: MistralClient.Options | undefined
) => {
  const { layer } = scripted(respond, { retry: RetryPolicy.none, ...options })
  const call = operation === "complete" ? Effect.asVoid(complete(request)) : Stream.runDrain(stream(request))
  return shownTexts(call).pipe(Effect.provide(layer))
}
