import * as Field from "../../Field.ts"
import { getEndpoint, idempotentPostEndpoint } from "./endpointConstructors.ts"

const root = "/chat-completion-fields"

export const fields = {
  list: getEndpoint("Fields.list", root, Field.ListResponse),
  options: getEndpoint("Fields.options", `${root}/{field_name}/options`, Field.OptionsResponse, Field.OptionsQuery),
  optionCounts: idempotentPostEndpoint(
    "Fields.optionCounts",
    `${root}/{field_name}/options-counts`,
    Field.OptionCountsRequest,
    Field.OptionCountsResponse
  )
}
