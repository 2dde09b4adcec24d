import { sizes } from "./size.ts"
for (const s of await sizes()) console.log(s.name, s.gzip, JSON.stringify(s))
