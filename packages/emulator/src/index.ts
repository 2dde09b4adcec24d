/**
 * @since 0.1.0
 */
export * as Emulator from "./Emulator.ts"

/**
 * @since 0.1.0
 */
export * as Fault from "./Fault.ts"

/**
 * @since 0.1.0
 */
export * as Faults from "./Faults.ts"
