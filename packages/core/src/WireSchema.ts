/**
 * Schemas of what the API sends and takes, in the manner of this library: answers may grow keys and values, requests may
 * not.
 *
 * @since 0.1.0
 */
export {
  /**
   * A key of a request that may be left out (absent or `undefined`, neither is sent) or sent as `null`.
   *
   * @category constructors
   * @since 0.1.0
   */
  nullable,
  /**
   * A key of an answer that may be absent or `null`, kept as it came.
   *
   * @category constructors
   * @since 0.1.0
   */
  nullish,
  /**
   * A struct that keeps the keys it does not know, for what the server sends.
   *
   * @category constructors
   * @since 0.1.0
   */
  open,
  /**
   * A string of which some values are known, and which grows on the server's side.
   *
   * @category constructors
   * @since 0.1.0
   */
  openEnum
} from "./internal/open.ts"
