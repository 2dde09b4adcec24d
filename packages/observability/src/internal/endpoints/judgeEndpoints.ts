import * as Judge from "../../Judge.ts"
import { createEndpoint, deleteEndpoint, getEndpoint, judgeEndpoint, putEndpoint } from "./endpointConstructors.ts"

export const judges = {
  create: createEndpoint("Judges.create", "/judges", Judge.Definition, Judge.Judge),
  list: getEndpoint("Judges.list", "/judges", Judge.ListResponse, Judge.ListQuery),
  fetch: getEndpoint("Judges.fetch", "/judges/{judge_id}", Judge.Judge),
  update: putEndpoint("Judges.update", "/judges/{judge_id}", Judge.Definition),
  delete: deleteEndpoint("Judges.delete", "/judges/{judge_id}"),
  judgeConversation: judgeEndpoint(
    "Judges.judgeConversation",
    "/judges/{judge_id}/live-judging",
    Judge.ConversationRequest
  )
}
