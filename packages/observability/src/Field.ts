/**
 * The fields that events can be filtered by.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events/fields
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Filter from "./Filter.ts"

/**
 * What a field holds; the API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type Type = "ENUM" | "TEXT" | "INT" | "FLOAT" | "BOOL" | "TIMESTAMP" | "ARRAY" | "MAP" | (string & {})

/**
 * A field: its name in filters, its label, what it holds, and the operators that filter by it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Definition = WireSchema.looseStruct({
  name: Schema.String,
  label: Schema.String,
  type: WireSchema.openEnum<Type>(),
  group: WireSchema.nullish(Schema.String),
  supported_operators: Schema.Array(WireSchema.openEnum<Filter.Operator>())
})

/**
 * A field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition extends Schema.Schema.Type<typeof Definition> {}

/**
 * All the fields, and the groups they are shown in.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = WireSchema.looseStruct({
  field_definitions: Schema.Array(Definition),
  field_groups: Schema.Array(WireSchema.looseStruct({ name: Schema.String, label: Schema.String }))
})

/**
 * All the fields, and the groups they are shown in.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * Which operator the options are for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionsQuery = Schema.Struct({ operator: Filter.Operator })

/**
 * The values a field can be compared with, or `null` where they are not counted out.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionsResponse = WireSchema.looseStruct({
  options: WireSchema.nullish(Schema.Array(Schema.NullOr(Schema.Union([Schema.String, Schema.Boolean, Schema.Number]))))
})

/**
 * The values a field can be compared with.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionsResponse extends Schema.Schema.Type<typeof OptionsResponse> {}

/**
 * Which events to count.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionCountsRequest = Schema.Struct({ filter_params: WireSchema.nullable(Filter.Payload) })

/**
 * Which events to count.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionCountsRequest extends Schema.Schema.Type<typeof OptionCountsRequest> {}

/**
 * How many events have each of a field's values.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionCountsResponse = WireSchema.looseStruct({
  counts: Schema.Array(WireSchema.looseStruct({ value: Schema.String, count: Schema.Number }))
})

/**
 * How many events have each of a field's values.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionCountsResponse extends Schema.Schema.Type<typeof OptionCountsResponse> {}
