/**
 * The fields of chat completion events, by which a filter selects.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events/fields
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Filter from "./Filter.ts"

/**
 * The type of a field. The API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type Type = "ENUM" | "TEXT" | "INT" | "FLOAT" | "BOOL" | "TIMESTAMP" | "ARRAY" | "MAP" | (string & {})

const definition = WireSchema.looseStruct({
  name: Schema.String,
  label: Schema.String,
  type: WireSchema.openEnum<Type>(),
  group: WireSchema.nullish(Schema.String),
  supported_operators: Schema.Array(WireSchema.openEnum<Filter.Operator>())
})

/**
 * The definition of a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition extends Schema.Schema.Type<typeof definition> {}

/**
 * The definition of a field: its name in filters, its label, its type, and the operators that it supports.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Definition: Schema.Codec<Definition> = definition

const group = WireSchema.looseStruct({ name: Schema.String, label: Schema.String })

/**
 * A group of fields, as Mistral's console shows them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group extends Schema.Schema.Type<typeof group> {}

/**
 * A group of fields, as Mistral's console shows them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Group: Schema.Codec<Group> = group

const listResponse = WireSchema.looseStruct({
  field_definitions: Schema.Array(Definition),
  field_groups: Schema.Array(Group)
})

/**
 * All fields, and their groups.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof listResponse> {}

/**
 * All fields, and their groups.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse: Schema.Codec<ListResponse> = listResponse

/**
 * The query parameters of a request for the options of a field.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionsQuery = Schema.Struct({ operator: Filter.Operator })

/**
 * The query parameters of a request for the options of a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionsQuery extends Schema.Schema.Type<typeof OptionsQuery> {}

const optionsResponse = WireSchema.looseStruct({
  options: WireSchema.nullish(Schema.Array(Schema.NullOr(Schema.Union([Schema.String, Schema.Boolean, Schema.Number]))))
})

/**
 * The values to which a field can be compared.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionsResponse extends Schema.Schema.Type<typeof optionsResponse> {}

/**
 * The values to which a field can be compared, or `null` if the server does not enumerate them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionsResponse: Schema.Codec<OptionsResponse> = optionsResponse

const optionCountsRequest = Schema.Struct({ filter_params: WireSchema.nullable(Filter.Payload) })

/**
 * A request to count events by the value of a field: all events, or those that a filter matches.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionCountsRequest extends Schema.Schema.Type<typeof optionCountsRequest> {}

/**
 * A request to count events by the value of a field: all events, or those that a filter matches.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionCountsRequest: Schema.Codec<OptionCountsRequest> = optionCountsRequest

const optionCount = WireSchema.looseStruct({ value: Schema.String, count: Schema.Number })

/**
 * The number of events that have a value.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionCount extends Schema.Schema.Type<typeof optionCount> {}

/**
 * The number of events that have a value.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionCount: Schema.Codec<OptionCount> = optionCount

const optionCountsResponse = WireSchema.looseStruct({ counts: Schema.Array(OptionCount) })

/**
 * The number of events for each value of a field.
 *
 * @category models
 * @since 0.1.0
 */
export interface OptionCountsResponse extends Schema.Schema.Type<typeof optionCountsResponse> {}

/**
 * The number of events for each value of a field.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OptionCountsResponse: Schema.Codec<OptionCountsResponse> = optionCountsResponse
