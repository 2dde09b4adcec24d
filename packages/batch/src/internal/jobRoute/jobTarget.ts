import type * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Result from "effect/Result"
import type { JobContext } from "./jobContext.ts"

/** What a job says of all its requests. */
export interface JobTarget {
  /** The path of the job's requests. */
  readonly endpoint: string
  readonly model: string | undefined
  readonly agent_id: string | undefined
}

/**
 * What the job of the open items has in place of its requests: their model, or their agent.
 *
 * *Details*: a job has one model. Fails with a sentence where the requests have several.
 */
export const targetOf = (
  { items, options, work: { claim, definition } }: JobContext
): Result.Result<JobTarget, string> => {
  const models = new Set<unknown>()
  const agents = new Set<unknown>()
  for (const { request } of items.values()) {
    // The cast is safe: each value is checked.
    const { agent_id, model } = request as { readonly agent_id?: unknown; readonly model?: unknown }
    agents.add(agent_id ?? undefined)
    models.add(model ?? options.model)
  }
  const single = (values: ReadonlySet<unknown>, what: string): Result.Result<string | undefined, string> => {
    const [value] = values
    // A value of another type is found with the requests.
    if (values.size < 2) return Result.succeed(typeof value === "string" ? value : undefined)
    return Result.fail(
      `the requests of part ${claim.part} name ${values.size} ${what}s (${
        [...values].map((one) => typeof one === "string" ? one : "none").slice(0, 5).join(", ")
      }), but a batch job has one ${what}. Start a batch for each ${what}, or resume this one with BatchRoute.live.`
    )
  }
  const agent = single(agents, "agent")
  if (Result.isFailure(agent)) return Result.fail(agent.failure)
  const agent_id = agent.success
  const endpoint = pathOfJob(definition.endpoint)
  // An agent has a model of its own.
  if (agent_id !== undefined) return Result.succeed({ endpoint, agent_id, model: undefined })
  return Result.map(single(models, "model"), (model) => ({ endpoint, agent_id: undefined, model }))
}

/** The path that jobs have for an endpoint: those of agents are chat jobs with an agent. */
export const pathOfJob = ({ path }: Pick<Endpoint.Endpoint<object, unknown>, "path">): typeof path =>
  path === "/v1/agents/completions" ? "/v1/chat/completions" : path
