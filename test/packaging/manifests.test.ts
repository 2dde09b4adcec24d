/** What the manifests of the published packages must say, and that they agree with each other. */
import { assert, describe, it } from "@effect/vitest"
import { version } from "@effect-mistral/core/version"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { basename, join } from "node:path"
import { root } from "../packedPackages.ts"
import { inOrder, type Manifest, publishedPackages, type Ranges, readManifest } from "./manifests.ts"

const published = publishedPackages(root)
const versions = new Set(published.map(({ manifest }) => manifest.version))
const names = published.map(({ manifest }) => manifest.name)
