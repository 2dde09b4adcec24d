import * as ChatCompletionEvent from "../../ChatCompletionEvent.ts"
import * as Judge from "../../Judge.ts"
import * as Page from "../../Page.ts"
import { getEndpoint, idempotentPostEndpoint, judgeEndpoint } from "./endpointConstructors.ts"

const root = "/chat-completion-events"

export const chatCompletionEvents = {
  search: idempotentPostEndpoint(
    "ChatCompletionEvents.search",
    `${root}/search`,
    ChatCompletionEvent.SearchRequest,
    ChatCompletionEvent.SearchResponse,
    Page.FeedQuery
  ),
  searchIds: idempotentPostEndpoint(
    "ChatCompletionEvents.searchIds",
    `${root}/search-ids`,
    ChatCompletionEvent.SearchRequest,
    ChatCompletionEvent.SearchIdsResponse
  ),
  fetch: getEndpoint("ChatCompletionEvents.fetch", `${root}/{event_id}`, ChatCompletionEvent.ChatCompletionEvent),
  fetchSimilarEvents: getEndpoint(
    "ChatCompletionEvents.fetchSimilarEvents",
    `${root}/{event_id}/similar-events`,
    ChatCompletionEvent.SearchResponse
  ),
  judge: judgeEndpoint("ChatCompletionEvents.judge", `${root}/{event_id}/live-judging`, Judge.LiveJudgingRequest)
}
