/**
 * Compares OpenAPI files of Mistral with the endpoint values of this library.
 *
 * Run: npm run drift -- FILE [FILE...] [--json] [--complete]; npm run drift -- --write
 *
 * The exit code is 0 without a difference, 1 with one, and 2 where a file cannot be read.
 */
import { runCommand } from "./command.ts"

const { code, output } = runCommand(process.argv.slice(2))
if (code === 2) console.error(output)
else console.log(output)
process.exitCode = code
