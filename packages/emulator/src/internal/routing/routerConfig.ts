/** The configuration of the routers. Ids and field names may be long; Node.js accepts no longer request line than this. */
export const routerConfig = { maxParamLength: 16_384 }
