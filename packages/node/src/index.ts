/**
 * @since 0.1.0
 */
export * as SqliteClient from "./SqliteClient.ts"
export * as UndiciHttpClient from "./UndiciHttpClient.ts"
