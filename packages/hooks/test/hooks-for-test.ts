import { createHooks, type Frozen, type HookOutcome, type Hooks, type HooksOptions } from "@confiture/hooks";
import { createTestClock, type TestClock } from "@confiture/hooks/testing";

/** The vocabulary of a shop, for tests. */
export interface ShopEvents {
  order_placed: { readonly total: number; readonly notes: readonly string[] };
  order_packed: { readonly box: string };
  order_sent: { readonly box: string };
}

export interface ShopForTest {
  readonly hooks: Hooks<ShopEvents>;
  readonly clock: TestClock;
  /** Triggers `order_placed` and lets time pass until it has ended. */
  readonly place: () => Promise<HookOutcome<Frozen<ShopEvents["order_placed"]>>>;
}

export const order: ShopEvents["order_placed"] = { total: 10, notes: [] };

export function shopForTest(options: HooksOptions<ShopEvents> = {}): ShopForTest {
  const clock = createTestClock(1_000);
  const hooks = createHooks<ShopEvents>({ clock, random: () => 1, ...options });
  return { hooks, clock, place: () => clock.run(hooks.trigger("order_placed", { ...order })) };
}

/** Work that takes time on a test clock, and heeds its signal. */
export function work(clock: TestClock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** `id status` of each hook, in order. */
export function statusesOf({ hooks }: Pick<HookOutcome<unknown>, "hooks">): readonly string[] {
  return hooks.map((result) => `${result.hookId} ${result.status}`);
}
