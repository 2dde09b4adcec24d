console.log("loading")
import("./client.ts").then(({ greet }) => greet())
