/** Whether the program runs in a browser: in a page, or in one of its workers. */
export const inBrowser = (): boolean => "document" in globalThis || "importScripts" in globalThis
