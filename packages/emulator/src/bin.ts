#!/usr/bin/env node
/**
 * The emulator as a program: `effect-mistral-emulator --port 8080`.
 *
 * @since 0.1.0
 */
import { tooOldNode } from "./internal/cli/nodeVersion.ts"

const problem = tooOldNode(process.versions.node)
if (problem === undefined) {
  const { holdYoungGeneration } = await import("./internal/cli/youngGeneration.ts")
  const release = holdYoungGeneration()
  const { runProgram } = await import("./internal/cli/program.ts")
  runProgram()
  release()
} else {
  console.error(problem)
  process.exitCode = 1
}
