/**
 * The names of headers and of query parameters whose values are secret. Those of Portkey all contain `key`, and most of
 * their values are words that error messages need.
 */
export const credentialName =
  /(?<!port)key|portkey-config|token|secret|passw|pwd|credential|auth|signature|^sig$|cookie|session/i
