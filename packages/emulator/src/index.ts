/**
 * @since 0.1.0
 */
export * as Cassette from "./Cassette.ts"
export * as Emulator from "./Emulator.ts"
export * as EmulatorScope from "./EmulatorScope.ts"
export * as Fault from "./Fault.ts"
export * as Faults from "./Faults.ts"
export * as Rules from "./Rules.ts"
export * as Script from "./Script.ts"
