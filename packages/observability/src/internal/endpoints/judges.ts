import * as Judge from "../../Judge.ts"
import { create, get, judging, remove, replace } from "./kinds.ts"

export const judges = {
  create: create("Judges.create", "/judges", Judge.Definition, Judge.Judge),
  list: get("Judges.list", "/judges", Judge.ListResponse, Judge.ListQuery),
  fetch: get("Judges.fetch", "/judges/{judge_id}", Judge.Judge),
  update: replace("Judges.update", "/judges/{judge_id}", Judge.Definition),
  delete: remove("Judges.delete", "/judges/{judge_id}"),
  judgeConversation: judging(
    "Judges.judgeConversation",
    "/judges/{judge_id}/live-judging",
    Judge.ConversationRequest
  )
}
