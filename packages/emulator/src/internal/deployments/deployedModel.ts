import type { ErrorResponse } from "../http/errorResponse.ts"
import { invalidModel } from "../http/errorResponse.ts"
import type { EmulatedModel, ModelList } from "../models/modelList.ts"

/**
 * The models for one request to a deployment, where the URL or the name of the deployment has decided on the model: it has
 * every name. Without a model, each name gets the error response of the platform.
 */
export const deployedModel = (model: EmulatedModel | undefined, unknown: ErrorResponse): ModelList => ({
  all: model === undefined ? [] : [model],
  findElsewhere: () => model,
  find: () => model,
  require: (name, capability) => model === undefined ? unknown : model.can(capability) ? model : invalidModel(name),
  dimensions: (name) => model === undefined ? unknown : model.embedding ?? invalidModel(name)
})
