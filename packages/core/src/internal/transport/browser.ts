/** Whether the program runs in a browser: in a page, or in one of its workers. */
export const inBrowser = (): boolean => "document" in globalThis || "importScripts" in globalThis

/**
 * Whether `fetch` sends a stream as the body of a request. Firefox and Safari would send the text "[object ReadableStream]",
 * as React Native would, and Chromium refuses streams over HTTP/1.1.
 */
export const takesStreams = (): boolean =>
  !inBrowser() && "ReadableStream" in globalThis &&
  !new Request("http://a", { method: "POST", body: new ReadableStream(), ...halfDuplex }).headers.has("content-type")

/** The option of a request whose body is a stream. Node demands it, and its type does not have it. */
export const halfDuplex: object = { duplex: "half" }
