import type * as Aggregation from "@effect-mistral/observability/Aggregation"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database } from "../../storage/database.ts"
import { list, sql } from "../../storage/sql.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { fromColumn } from "../filter/eventField.ts"
import type { Signal, TelemetryField } from "./telemetrySignal.ts"
import { conditionSql, type TimeRange } from "./telemetryStore.ts"
import { bucketOf, type Granularity, granularityFor, secondsOf } from "./timeBucket.ts"

type Method = Aggregation.Request["metric"]["aggregation"]

/** The aggregations that a type of field supports. */
export const aggregationsOf = (type: TelemetryField["type"]): ReadonlyArray<Method> =>
  type === "INT" || type === "FLOAT"
    ? ["count", "count_distinct", "sum", "avg", "min", "max", "p50", "p90", "p95", "p99"]
    : type === "ARRAY" || type === "MAP"
    ? ["count"]
    : ["count", "count_distinct"]

/**
 * Computes an aggregation. Values are aggregated here and not in SQL, because SQLite has percentiles only in some
 * builds.
 */
export const aggregate = (
  database: Database,
  signal: Signal,
  request: Aggregation.Request,
  range: TimeRange,
  now: number
): Aggregation.Response | ErrorResponse => {
  const { aggregation, measure } = request.metric
  const condition = conditionSql(signal, request.search_expression, range)
  if (condition instanceof ErrorResponse) return condition
  const fields: Array<TelemetryField> = []
  for (const name of [measure, ...(request.dimensions ?? [])]) {
    const field = signal.fields.find((field) => field.name === name)
    if (field === undefined) return observabilityError(400, "FIELDS_BAD_REQUEST", `There is no field ${name}`)
    fields.push(field)
  }
  const [measured, ...dimensions] = fields
  if (measured === undefined || !aggregationsOf(measured.type).includes(aggregation)) {
    return observabilityError(400, "FIELDS_BAD_REQUEST", `The field ${measure} has no ${aggregation}`)
  }
  const columns = [signal.time, measured.value, ...dimensions.map(({ value }) => value)]
  const reading = sql`SELECT json_array(${list(columns, ", ")}) AS found FROM ${signal.from}
    WHERE ${condition} ORDER BY ${signal.time}`
  const rows = database.all(reading.text, ...reading.values)
    .map((row): ReadonlyArray<unknown> => JSON.parse(String(row["found"])))
  const first = Number(rows[0]?.[0] ?? now)
  const last = Number(rows.at(-1)?.[0] ?? now)
  const requested = request.time_dimension == null ? undefined : request.time_dimension.granularity ?? "auto"
  const granularity = requested === "auto" ? granularityFor(last - first) : requested
  const data = grouped(rows, granularity).map(({ bucket, values, wanted }) => ({
    time_bucket: bucket,
    dimensions: Object.fromEntries(
      dimensions.map(({ name, type }, at) => [name, fromColumn(type, wanted[at])])
    ),
    metric_name: `${aggregation}_${measure}`,
    metric_value: methods[aggregation](values)
  }))
  return {
    data: sorted(data, request.order_by ?? []).slice(0, request.limit ?? 1000),
    meta: {
      from_timestamp: range.from ?? new Date(first).toISOString(),
      to_timestamp: range.to ?? new Date(last).toISOString(),
      granularity_seconds: granularity === undefined ? null : secondsOf(granularity)
    }
  }
}

interface Group {
  readonly bucket: string | null
  readonly wanted: ReadonlyArray<unknown>
  readonly values: Array<unknown>
}

const grouped = (
  rows: ReadonlyArray<ReadonlyArray<unknown>>,
  granularity: Granularity | undefined
): ReadonlyArray<Group> => {
  const groups = new Map<string, Group>()
  for (const [time, value, ...wanted] of rows) {
    const bucket = granularity === undefined ? null : bucketOf(granularity, Number(time))
    const key = JSON.stringify([bucket, wanted])
    const group = groups.get(key) ?? { bucket, wanted, values: [] }
    if (value !== null) group.values.push(value)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const numbers =
  (reduce: (sorted: ReadonlyArray<number>) => number) => (values: ReadonlyArray<unknown>): number | null =>
    values.length === 0 ? null : reduce(values.map(Number).sort((a, b) => a - b))

const total = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0)

/** The percentile, interpolated linearly between neighbours. */
const percentile = (part: number) =>
  numbers((sorted) => {
    const at = (sorted.length - 1) * part
    const low = sorted[Math.floor(at)] ?? 0
    return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at - Math.floor(at))
  })

const methods: Readonly<Record<Method, (values: ReadonlyArray<unknown>) => number | null>> = {
  count: (values) => values.length,
  count_distinct: (values) => new Set(values).size,
  sum: numbers(total),
  avg: numbers((values) => total(values) / values.length),
  min: numbers(([least]) => least ?? 0),
  max: numbers((values) => values.at(-1) ?? 0),
  p50: percentile(0.5),
  p90: percentile(0.9),
  p95: percentile(0.95),
  p99: percentile(0.99)
}

type AggregationRow = Aggregation.Response["data"][number]

/** Sorts by the fields of `order_by`: `time_bucket`, `metric_value` or a dimension; by time otherwise. */
const sorted = (
  rows: ReadonlyArray<AggregationRow>,
  order: NonNullable<Aggregation.Request["order_by"]>
): ReadonlyArray<AggregationRow> =>
  [...rows].sort((a, b) => {
    for (const { direction = "asc", field } of order) {
      const difference = compare(keyOf(a, field), keyOf(b, field))
      if (difference !== 0) return direction === "asc" ? difference : -difference
    }
    return 0
  })

const keyOf = (row: AggregationRow, field: string): unknown =>
  field === "time_bucket" ? row.time_bucket : field === "metric_value" || field === row.metric_name
    ? row.metric_value
    : row.dimensions?.[field]

const compare = (a: unknown, b: unknown): number =>
  typeof a === "number" && typeof b === "number"
    ? a - b
    : String(a) < String(b)
    ? -1
    : String(a) > String(b)
    ? 1
    : 0
