/** The server of the built site. */
import { NodeHttpServer } from "@effect/platform-node"
import { Layer } from "effect"
import { HttpRouter, type HttpServer, HttpStaticServer } from "effect/http"
import { createServer } from "node:http"
import { dist } from "./paths.ts"

/** Serves the files of the site on this machine. Port 0 is any that is free. */
export const layerServer = (port: number): Layer.Layer<HttpServer.HttpServer, unknown> =>
  HttpRouter.serve(HttpStaticServer.layer({ root: dist }), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" }))
  )
