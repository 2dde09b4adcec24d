/**
 * @since 0.1.0
 */
export * as Fim from "./Fim.ts"
