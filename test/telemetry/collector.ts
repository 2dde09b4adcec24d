/** A collector of OpenTelemetry's protocol over HTTP, as JSON: keeps what was exported to it. */
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

type Value = {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly boolValue?: boolean
  readonly arrayValue?: { readonly values: ReadonlyArray<Value> }
}

type Attributes = ReadonlyArray<{ readonly key: string; readonly value: Value }>

export interface Span {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: Attributes
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Attributes }>
  readonly status: { readonly code: number }
}

interface DataPoint {
  readonly attributes: Attributes
  readonly count: number
  readonly sum: number
  readonly explicitBounds: ReadonlyArray<number>
  readonly bucketCounts: ReadonlyArray<number>
}

export interface Metric {
  readonly name: string
  readonly unit: string
  readonly histogram?: { readonly dataPoints: ReadonlyArray<DataPoint> }
}

interface Body {
  readonly resourceSpans?: ReadonlyArray<
    { readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }> }
  >
  readonly resourceMetrics?: ReadonlyArray<
    { readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<Metric> }> }
  >
}

/** Starts a collector on a free port, until the scope closes. */
export const startCollector = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly bodies: ReadonlyArray<string>; readonly close: () => void }>(
    (resume) => {
      const bodies: Array<string> = []
      const server = createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          bodies.push(Buffer.concat(parts).toString())
          response.writeHead(200, { "content-type": "application/json" }).end("{}")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, bodies, close: () => void server.close() }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** The spans that were exported. */
export const spansIn = (bodies: ReadonlyArray<string>): ReadonlyArray<Span> =>
  parsed(bodies).flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
  )

/** The metrics of the last export, which has all values so far. */
export const metricsIn = (bodies: ReadonlyArray<string>): ReadonlyArray<Metric> =>
  (parsed(bodies).findLast(({ resourceMetrics }) => resourceMetrics !== undefined)?.resourceMetrics ?? []).flatMap(
    ({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)
  )

const parsed = (bodies: ReadonlyArray<string>): ReadonlyArray<Body> => bodies.map((body) => JSON.parse(body) as Body)

/** Attributes as a record. A list is one of the values in it. */
export const recordOf = (attributes: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

const valueOf = (value: Value): unknown =>
  value.arrayValue === undefined ? Object.values(value)[0] : value.arrayValue.values.map(valueOf)

/** The type of a value, as documents name it. A double that is a whole number is exported as an int. */
export const typesOf = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value)
    ? value.every((item) => typeof item === "string") ? ["string[]"] : []
    : typeof value === "number"
    ? Number.isInteger(value) ? ["int", "double"] : ["double"]
    : [typeof value]
