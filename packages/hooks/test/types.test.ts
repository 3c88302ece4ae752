import {
  createHooks,
  defineHook,
  type Frozen,
  type Hook,
  type HookOutcome,
  type MigrationEvents,
} from "@confiture/hooks";
import { migrationEventNames, migrationEvents } from "@confiture/hooks/vocabulary";
import { describe, expect, expectTypeOf, test } from "vitest";

interface Events {
  order_placed: { total: number; lines: { article: string }[] };
  order_packed: { readonly box: string };
  shop_closed: undefined;
}
const hooks = createHooks<Events>({ defaults: { mutation: "mutable" } });

test("the data of a hook follows from the name of its event, without annotations", () => {
  hooks.register({
    id: "a",
    on: "order_placed",
    run: (context) => {
      expectTypeOf(context.event).toEqualTypeOf<"order_placed">();
      expectTypeOf(context.data.total).toEqualTypeOf<number>();
      expectTypeOf(context.data).toEqualTypeOf<{
        readonly total: number;
        readonly lines: readonly { readonly article: string }[];
      }>();
      context.update((draft) => {
        expectTypeOf(draft.lines).toEqualTypeOf<{ article: string }[]>();
      });
    },
  });
  hooks.register({ id: "b", on: "order_packed", run: ({ data }) => expectTypeOf(data.box).toEqualTypeOf<string>() });
  hooks.register({ id: "c", on: "shop_closed", run: ({ data }) => expectTypeOf(data).toEqualTypeOf<undefined>() });
});

test("a hook in a file of its own is bound to its vocabulary once", () => {
  const defineShopHook = defineHook<Events>;
  const label = defineShopHook({
    id: "label",
    on: "order_packed",
    async run({ data, trigger, signal }) {
      expectTypeOf(data).toEqualTypeOf<Frozen<Events["order_packed"]>>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      const outcome = await trigger("order_placed", { total: 1, lines: [] });
      expectTypeOf(outcome).toEqualTypeOf<HookOutcome<Frozen<Events["order_placed"]>>>();
    },
  });
  expectTypeOf(label).toEqualTypeOf<Hook<Events>>();
  hooks.register(label)();
});

test("without a vocabulary it is that of migrations", () => {
  const announce = defineHook({
    id: "announce",
    on: "after_execute",
    priority: "low",
    run: async ({ data }) => ({ rowsAffected: data.rowsAffected }),
  });
  expect(announce.id).toBe("announce");
});

test("an owner's own fields and metadata are typed, and its fields must be checked", () => {
  interface Fields {
    readonly connection: "own" | "shared";
  }
  interface Metadata {
    readonly query: (text: string) => Promise<void>;
  }
  const owned = createHooks<Events, Fields, Metadata>({ fields: { connection: () => undefined } });
  owned.register({
    id: "a",
    on: "order_packed",
    connection: "own",
    run: ({ metadata }) => expectTypeOf(metadata.query).toEqualTypeOf<Metadata["query"]>(),
  });
  void owned.trigger("shop_closed", undefined, {
    around: (hook, context, run) => {
      expectTypeOf(hook.connection).toEqualTypeOf<"own" | "shared">();
      expectTypeOf(context.hookId).toEqualTypeOf<string>();
      return run({ query: async () => undefined });
    },
  });
  // @ts-expect-error a field without its check
  expect(() => createHooks<Events, Fields>()).not.toThrow();
});

test("what does not fit does not compile", () => {
  const attempts = () => {
    // @ts-expect-error no such event
    void hooks.trigger("order_paced", { box: "a" });
    // @ts-expect-error another event's data
    void hooks.trigger("order_packed", { total: 1, lines: [] });
    // @ts-expect-error no such field
    hooks.register({ id: "a", on: "order_packed", timeout: 5, run: () => undefined });
    // @ts-expect-error nothing in the data can be assigned
    hooks.register({ id: "a", on: "order_placed", run: ({ data }) => data.lines.push({ article: "jam" }) });
    // @ts-expect-error no such event
    createHooks<Events>({ events: { order_lost: {} } });
  };
  expect(attempts).toBeTypeOf("function");
});

describe("the vocabulary of migrations", () => {
  interface Domain {
    schema: { readonly tables: readonly string[] };
    difference: { readonly kind: string };
    plan: { readonly hash: string };
    risk: { readonly level: "low" | "high" };
    error: { readonly code: string };
  }

  test("takes the types of whoever binds it", () => {
    const bound = createHooks<MigrationEvents<Domain>>({ vocabulary: migrationEventNames });
    bound.register(
      { id: "a", on: "after_plan_migration", run: ({ data }) => expectTypeOf(data.plan.hash).toEqualTypeOf<string>() },
      { id: "b", on: "on_error", run: ({ data }) => expectTypeOf(data.error.code).toEqualTypeOf<string>() },
      {
        id: "c",
        on: "after_diff_schemas",
        run: ({ data }) => expectTypeOf(data.source.tables).toEqualTypeOf<readonly string[]>(),
      },
    );
    expect(bound.list()).toHaveLength(3);
    // A hook that was written for any domain is one for this.
    bound.register(defineHook<MigrationEvents<Domain>>({ id: "d", on: "cleanup", run: () => undefined }));
  });

  test("has fourteen phases around operations, two around plans of the way back, seven of each migration, seven states and six alerts", () => {
    expect(migrationEventNames).toHaveLength(36);
    const count = (category: string) =>
      Object.values(migrationEvents).filter((event) => event.category === category).length;
    expect(["lifecycle", "migration", "state", "alert"].map(count)).toEqual([16, 7, 7, 6]);
    for (const operation of [
      "analyze_schema",
      "diff_schemas",
      "plan_migration",
      "dry_run",
      "execute",
      "validate",
      "rollback",
    ]) {
      expect(migrationEventNames).toEqual(expect.arrayContaining([`before_${operation}`, `after_${operation}`]));
    }
  });
});
