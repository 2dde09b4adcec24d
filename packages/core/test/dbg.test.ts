import { it } from "@effect/vitest"
import { Schema } from "effect"
import { makeRandom } from "../../emulator/src/internal/random/random.ts"
import { generateJson } from "../../emulator/src/internal/text/generatedJson.ts"
import { jsonSchemaOf } from "../src/internal/object/jsonSchemaOf.ts"
import { fromStrict, toStrict } from "../src/internal/object/strictForm.ts"
import { generatedSchema } from "./fixtures/generatedSchemas.ts"
it("x", () => {
  let none = 0, bad = 0, ok = 0
  for (let seed = 0; seed < 250; seed++) {
    const schema = generatedSchema(seed)
    const codec = Schema.toCodecJson(schema)
    const d = jsonSchemaOf(schema)
    const strict = toStrict(d)
    for (let r = 0; r < 3; r++) {
      const g = generateJson(strict as any, makeRandom(seed * 10 + r))
      if (g === undefined) {
        if (none++ < 3) console.log("none", seed, JSON.stringify(strict).slice(0, 1500))
        continue
      }
      try {
        Schema.decodeUnknownSync(codec)(fromStrict(d, g.value))
        ok++
      } catch (e: any) {
        if (bad++ < 6) {
          console.log(
            "bad",
            seed,
            e.message,
            JSON.stringify(g.value).slice(0, 800),
            "\n",
            JSON.stringify(d).slice(0, 1500)
          )
        }
      }
    }
  }
  console.log({ none, bad, ok })
}, 100000)
