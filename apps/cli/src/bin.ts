#!/usr/bin/env node
// Node 20 has no `navigator`; pg then tells a browser's worker by making a Response, which loads Node's whole HTTP
// client: 25 ms of every start.
if (!("navigator" in globalThis))
  Object.assign(globalThis, { navigator: { userAgent: `Node.js/${process.versions.node.split(".")[0]}` } });

const { runCli } = await import("./run-cli.js");
await runCli(process);
