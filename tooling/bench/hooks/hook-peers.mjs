// The same event with the same hooks, by each package as its documentation calls it: one hook behind the other, each awaited.
import Emittery from "emittery";
import { createHooks as createHookable } from "hookable";
import { AsyncSeriesHook } from "tapable";
import { createHooks } from "../../../packages/hooks/dist/index.js";

/** @returns {Promise<Record<string, () => Promise<unknown>>>} what triggers the event once, by name */
export async function hookPeers(hookCount) {
  const work = async (data) => data.n;
  const data = { n: 1 };
  const each = (use) => {
    for (let n = 0; n < hookCount; n++) use(n);
  };

  const functions = Array.from({ length: hookCount }, () => work);
  const tapped = new AsyncSeriesHook(["data"]);
  each((n) => tapped.tapPromise(`hook-${n}`, work));
  const hookable = createHookable();
  each(() => hookable.hook("event", work));
  const emittery = new Emittery();
  // Emittery calls a listener once however often it is added, and hands it an object around the data.
  each(() => emittery.on("event", (event) => work(event.data ?? event)));

  const plain = createHooks();
  each((n) => plain.register({ id: `hook-${n}`, on: "event", run: ({ data }) => work(data) }));
  const signalled = createHooks();
  each((n) =>
    signalled.register({
      id: `hook-${n}`,
      on: "event",
      run: ({ data, signal }) => (signal.aborted ? undefined : work(data)),
    }),
  );
  const owner = new AbortController();

  return {
    "a loop that awaits": async () => {
      for (const run of functions) await run(data);
    },
    tapable: () => tapped.promise(data),
    hookable: () => hookable.callHook("event", data),
    emittery: () => emittery.emitSerial("event", data),
    "@confiture/hooks, time limits": () => plain.trigger("event", data),
    "@confiture/hooks, and signals read": () => signalled.trigger("event", data, { signal: owner.signal }),
    // What reading a signal makes Node do.
    "new AbortController().signal": async () => {
      each(() => new AbortController().signal.aborted);
    },
  };
}
