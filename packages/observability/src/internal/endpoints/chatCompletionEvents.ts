import * as ChatCompletionEvent from "../../ChatCompletionEvent.ts"
import * as Judge from "../../Judge.ts"
import * as Page from "../../Page.ts"
import { ask, get, judging } from "./kinds.ts"

const root = "/chat-completion-events"

export const chatCompletionEvents = {
  search: ask(
    "ChatCompletionEvents.search",
    `${root}/search`,
    ChatCompletionEvent.SearchRequest,
    ChatCompletionEvent.SearchResponse,
    Page.FeedQuery
  ),
  searchIds: ask(
    "ChatCompletionEvents.searchIds",
    `${root}/search-ids`,
    ChatCompletionEvent.SearchRequest,
    ChatCompletionEvent.SearchIdsResponse
  ),
  fetch: get("ChatCompletionEvents.fetch", `${root}/{event_id}`, ChatCompletionEvent.ChatCompletionEvent),
  fetchSimilarEvents: get(
    "ChatCompletionEvents.fetchSimilarEvents",
    `${root}/{event_id}/similar-events`,
    ChatCompletionEvent.SearchResponse
  ),
  judge: judging("ChatCompletionEvents.judge", `${root}/{event_id}/live-judging`, Judge.LiveJudgingRequest)
}
