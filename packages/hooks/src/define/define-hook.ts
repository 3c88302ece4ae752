import type { MigrationEvents } from "../vocabulary/migration-events.js";
import type { Hook } from "./hook.js";

/**
 * Writes a hook in a file of its own, with the type of `context.data` inferred from `on`. The vocabulary is that of migrations, or the
 * one it is bound to; `register` checks the hook.
 * @example const defineShopHook = defineHook<ShopEvents>;
 */
export function defineHook<Events = MigrationEvents, Fields = object, Metadata = object>(
  hook: Hook<Events, Fields, Metadata>,
): Hook<Events, Fields, Metadata> {
  return hook;
}
