import * as Field from "../../Field.ts"
import { ask, get } from "./kinds.ts"

const root = "/chat-completion-fields"

export const fields = {
  list: get("Fields.list", root, Field.ListResponse),
  options: get("Fields.options", `${root}/{field_name}/options`, Field.OptionsResponse, Field.OptionsQuery),
  optionCounts: ask(
    "Fields.optionCounts",
    `${root}/{field_name}/options-counts`,
    Field.OptionCountsRequest,
    Field.OptionCountsResponse
  )
}
