/** Removes the key from texts that errors show: messages of servers and of transports, and headers of responses. */
export const makeRedactor = (key: string | undefined): (text: string) => string => {
  const secret = key?.replace(/^Bearer /, "")
  return secret === undefined ? (text) => text : (text) => text.replaceAll(secret, "<redacted>")
}
