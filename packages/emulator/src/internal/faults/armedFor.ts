import type * as Faults from "../../Faults.ts"

const whereOf = (where: Faults.Where = {}) => ({
  ...(where.method === undefined ? undefined : { method: where.method }),
  ...(where.path === undefined ? undefined : { path: where.path })
})

/** The ways to arm a fault, in terms of `arm`. */
export const armedFor = <E>(
  arm: Faults.Faults<E>["arm"]
): Pick<Faults.Faults<E>, "next" | "withProbability"> => ({
  next: (fault, { times, where } = {}) =>
    arm({ fault, ...(times === undefined ? undefined : { times }), ...whereOf(where) }),
  withProbability: (fault, probability, { seed, where } = {}) =>
    arm({ fault, probability, ...(seed === undefined ? undefined : { seed }), ...whereOf(where) })
})
