import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Fim from "@effect-mistral/fim/Fim"
import { requestTests } from "../../core/test/fixtures/requestTests.ts"

requestTests<Fim.Request>({
  endpoint: "fim",
  make: Fim.make(),
  schema: CompletionRequest.Fim,
  request: { model: "codestral-latest", prompt: "def f(" }
})
