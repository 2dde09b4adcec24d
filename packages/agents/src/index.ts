/**
 * @since 0.1.0
 */
export * as Agents from "./Agents.ts"
