/**
 * @since 0.1.0
 */
export * as Chat from "./Chat.ts"
