import type * as Judge from "@effect-mistral/observability/Judge"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database, Row } from "../../storage/database.ts"
import { newResource, owner, resourceFields } from "../../storage/resourceFields.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { renderInstructions } from "./instructionTemplate.ts"

/** The row of a judge, or a 404 response. */
export const judgeRow = (database: Database, id: string): Row | ErrorResponse =>
  database.get("SELECT * FROM judges WHERE id = ?", id) ??
    observabilityError(404, "JUDGE_NOT_FOUND", `There is no judge ${id}`)

/** The definition of a judge. */
export const judgeDefinition = (row: Row): ReturnType<typeof inOrder> => JSON.parse(String(row["definition"]))

/** Converts a row to a judge of the API. A judge is updated in place, so it has no revisions. */
export const toJudge = (row: Row): Judge.Judge => ({
  ...resourceFields(row),
  ...owner,
  ...judgeDefinition(row),
  up_revision: null,
  down_revision: null,
  base_revision: null
})

/** Reads a judge by its id. */
export const fetchJudge = (database: Database, id: string): Judge.Judge | ErrorResponse => {
  const row = judgeRow(database, id)
  return row instanceof ErrorResponse ? row : toJudge(row)
}

const columns = (definition: Judge.Definition, time: string): readonly [string, string, string, string, string] => [
  definition.name,
  definition.model_name,
  definition.output.type,
  JSON.stringify(inOrder(definition)),
  time
]

/** A definition with its defaults and a fixed order of keys, so that equal definitions have equal texts. */
const inOrder = ({ description, instructions, model_name, name, output, tools }: Judge.Definition) => ({
  name,
  description,
  model_name,
  output: output.type === "CLASSIFICATION"
    ? { type: output.type, options: output.options.map(({ description, value }) => ({ value, description })) }
    : {
      type: output.type,
      min: output.min ?? 0,
      min_description: output.min_description,
      max: output.max ?? 1,
      max_description: output.max_description
    },
  instructions,
  tools
})

/** The error response for a definition that is not valid; `undefined` if it is valid. */
const definitionProblem = (
  database: Database,
  { instructions, name, output }: Judge.Definition,
  id: string
): ErrorResponse | undefined => {
  const filled = renderInstructions(instructions, {})
  if (filled instanceof ErrorResponse) return filled
  if (output.type === "CLASSIFICATION" && output.options.length === 0) {
    return observabilityError(422, "VALIDATION_ERROR", "output.options: A classification needs at least one option")
  }
  return database.get("SELECT 1 FROM judges WHERE name = ? AND id <> ?", name, id) === undefined
    ? undefined
    : observabilityError(409, "JUDGE_NAME_ALREADY_EXISTS", `There is a judge named ${name} already`)
}

/** Creates a judge. */
export const createJudge = (
  database: Database,
  definition: Judge.Definition,
  now: number
): Judge.Judge | ErrorResponse => {
  const { id, time } = newResource(now)
  const invalid = definitionProblem(database, definition, id)
  if (invalid !== undefined) return invalid
  database.run(
    `INSERT INTO judges (name, model_name, output_type, definition, updated_at, created_at, id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...columns(definition, time),
    time,
    id
  )
  return fetchJudge(database, id)
}

/** Updates a judge that no campaign uses. */
export const updateJudge = (
  database: Database,
  id: string,
  definition: Judge.Definition,
  now: number
): undefined | ErrorResponse => {
  const row = judgeRow(database, id)
  if (row instanceof ErrorResponse) return row
  if (database.get("SELECT 1 FROM campaigns WHERE judge_id = ?", id) !== undefined) {
    return observabilityError(409, "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED", `A campaign uses the judge ${id}`)
  }
  const invalid = definitionProblem(database, definition, id)
  if (invalid !== undefined) return invalid
  const values = columns(definition, new Date(now).toISOString())
  if (values[3] === row["definition"]) {
    return observabilityError(409, "JUDGE_DID_NOT_CHANGE", `The judge ${id} is defined so already`)
  }
  database.run(
    "UPDATE judges SET name = ?, model_name = ?, output_type = ?, definition = ?, updated_at = ? WHERE id = ?",
    ...values,
    id
  )
  return undefined
}

/** Deletes a judge. Its annotations stay. */
export const deleteJudge = (database: Database, id: string): undefined | ErrorResponse => {
  const row = judgeRow(database, id)
  if (row instanceof ErrorResponse) return row
  database.run("DELETE FROM judges WHERE id = ?", id)
  return undefined
}
