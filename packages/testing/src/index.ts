/**
 * @since 0.1.0
 */
export * as ScriptedHttpClient from "./ScriptedHttpClient.ts"
export * as TestCompletion from "./TestCompletion.ts"
