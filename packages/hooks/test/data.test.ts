import { createHooks, type EventOptions, type HookOutcome } from "@confiture/hooks";
import { createTestClock } from "@confiture/hooks/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { work } from "./hooks-for-test.js";

interface Page {
  readonly title: string;
  readonly sections: Readonly<Record<string, { readonly text: string; readonly tags?: readonly string[] }>>;
  readonly list: readonly number[];
}

const page: Page = { title: "Jam", sections: { top: { text: "a" }, end: { text: "z" } }, list: [1, 2, 3] };

function pages(options: EventOptions) {
  const clock = createTestClock();
  const hooks = createHooks<{ page_made: Page }>({ clock, events: { page_made: options } });
  const make = (data: Page = structuredClone(page)) => clock.run(hooks.trigger("page_made", data));
  return { hooks, clock, make };
}

describe("immutable data", () => {
  test("is frozen through and through, also for whoever handed it in", async () => {
    const { hooks, make } = pages({});
    const errors: unknown[] = [];
    hooks.register({
      id: "vandal",
      on: "page_made",
      run: ({ data }) => {
        for (const spoil of [
          () => Object.assign(data, { title: "x" }),
          () => Object.assign(data.sections.top as object, { text: "x" }),
          () => (data.list as number[]).push(4),
        ]) {
          try {
            spoil();
          } catch (error) {
            errors.push(error);
          }
        }
      },
    });
    const mine = structuredClone(page);
    const outcome = await make(mine);
    expect(errors).toHaveLength(3);
    expect(outcome.data).toEqual(page);
    expect(outcome.data).toBe(mine);
    expect(Object.isFrozen(mine.sections.top)).toBe(true);
  });

  test("cannot be updated: the hook that tries has failed, also if it hides the error", async () => {
    const { hooks, make } = pages({ errors: "fail_safe" });
    const change = (draft: { title: string }) => {
      draft.title = "x";
    };
    hooks.register({ id: "tries", on: "page_made", run: ({ update }) => update(change) });
    hooks.register({
      id: "hides",
      on: "page_made",
      run: async ({ update }) => {
        try {
          update(change);
        } catch {
          return "as if nothing had been";
        }
      },
    });
    const outcome = await make();
    const refused = { status: "failed", error: { code: "CONFITURE_HOOK_UPDATE_REFUSED", event: "page_made" } };
    expect(outcome.hooks).toMatchObject([refused, refused]);
    expect(outcome.data).toEqual(page);
  });

  test("the context's own fields cannot be assigned either", async () => {
    const { hooks, make } = pages({});
    hooks.register({ id: "vandal", on: "page_made", run: (context) => void Object.assign(context, { data: page }) });
    expect((await make()).hooks).toMatchObject([{ status: "failed", error: expect.any(TypeError) }]);
  });
});

describe("mutable data", () => {
  test("is changed by one hook for the next", async () => {
    const { hooks, make } = pages({ mutation: "mutable" });
    hooks.register({
      id: "rename",
      on: "page_made",
      run: (context) => {
        context.update((draft) => {
          draft.title = "Marmalade";
        });
        return context.data.title;
      },
    });
    hooks.register({
      id: "append",
      on: "page_made",
      run: async ({ data, update }) =>
        update((draft) => {
          draft.list.push(data.title.length);
        }),
    });
    const outcome = await make();
    expect(outcome.hooks).toMatchObject([{ value: "Marmalade" }, { status: "completed" }]);
    expect(outcome.data).toEqual({ ...page, title: "Marmalade", list: [1, 2, 3, 9] });
  });

  test("keeps nothing of a hook that failed or was stopped, and a retry begins anew", async () => {
    const { hooks, make, clock } = pages({ mutation: "mutable", errors: "fail_safe" });
    hooks.register({
      id: "fails",
      on: "page_made",
      run: ({ update }) => {
        update((draft) => {
          draft.title = "x";
        });
        throw new Error("no");
      },
    });
    hooks.register({
      id: "too-slow",
      on: "page_made",
      timeoutMs: 10,
      run: async ({ update, signal }) => {
        update((draft) => {
          draft.title = "y";
        });
        await work(clock, 100, signal);
      },
    });
    hooks.register({
      id: "tries-again",
      on: "page_made",
      idempotent: true,
      retry: {},
      run: ({ update, attempt }) => {
        update((draft) => {
          draft.list.push(attempt);
        });
        if (attempt === 1) throw new Error("once more");
      },
    });
    expect((await make()).data).toEqual({ ...page, list: [1, 2, 3, 2] });
  });

  test("shares with what it was everything that is the same", async () => {
    const { hooks, make } = pages({ mutation: "mutable" });
    hooks.register({
      id: "edit",
      on: "page_made",
      run: ({ update }) => {
        update((draft) => {
          draft.sections.end = { text: "omega" };
          draft.list = [1, 2, 3];
        });
      },
    });
    const before = structuredClone(page);
    const { data } = await make(before);
    expect(data.sections.end).toEqual({ text: "omega" });
    expect(data.sections.top).toBe(before.sections.top);
    expect(data.list).toBe(before.list);
    expect(Object.isFrozen(data.sections.end)).toBe(true);
  });

  test("refuses a change made later, in an async function, or to something that is not plain", async () => {
    const { hooks, make } = pages({ mutation: "mutable", errors: "fail_safe" });
    hooks.register({
      id: "async",
      on: "page_made",
      run: ({ update }) =>
        update(async (draft) => {
          draft.title = "x";
        }),
    });
    hooks.register({
      id: "date",
      on: "page_made",
      run: ({ update }) => update((draft) => Object.assign(draft, { at: new Date(0) })),
    });
    let late: (() => void) | undefined;
    hooks.register({
      id: "late",
      on: "page_made",
      run: ({ update }) => {
        late = () => update(({ list }) => void list.push(4));
      },
    });
    const outcome = await make();
    expect(outcome.hooks).toMatchObject([
      { error: { code: "CONFITURE_HOOK_UPDATE_REFUSED", hint: expect.stringContaining("Await first") } },
      { error: { code: "CONFITURE_HOOK_DATA", message: "page_made: data.at is a Date; data is plain." } },
      { status: "completed" },
    ]);
    expect(outcome.data).toEqual(page);
    expect(late).toThrow("after it had ended");
  });
});

describe("copy_on_write", () => {
  const conflictsOf = ({ conflicts }: HookOutcome<Page>) =>
    conflicts.map(({ path, kept, refused }) => `${path.join(".")}: ${kept}, not ${refused}`);
  type Draft = { title: string; sections: Record<string, { text: string; tags?: string[] }>; list: number[] };

  async function made(options: EventOptions, changes: Readonly<Record<string, (draft: Draft) => void>>) {
    const { hooks, make } = pages({ mutation: "copy_on_write", ...options });
    for (const [id, change] of Object.entries(changes)) {
      hooks.register({ id, on: "page_made", run: async ({ update }) => update(change) });
    }
    return make();
  }

  test("brings together what hooks changed side by side", async () => {
    const outcome = await made(
      { strategy: "parallel" },
      {
        a: (draft) => {
          draft.title = "Marmalade";
        },
        b: (draft) => {
          draft.sections.top = { text: "b", tags: ["new"] };
          draft.sections.more = { text: "m" };
        },
        c: (draft) => {
          delete draft.sections.end;
          draft.list[1] = 20;
        },
        d: (draft) => {
          draft.list[2] = 30;
        },
      },
    );
    expect(outcome.conflicts).toEqual([]);
    expect(outcome.data).toEqual({
      title: "Marmalade",
      sections: { top: { text: "b", tags: ["new"] }, more: { text: "m" } },
      list: [1, 20, 30],
    });
  });

  test("reports the place and the hooks where two made something different of it, and keeps the first in order", async () => {
    const outcome = await made(
      { strategy: "parallel" },
      {
        a: (draft) => {
          draft.title = "A";
          draft.list.push(4);
          draft.sections.end = { text: "same" };
        },
        b: (draft) => {
          draft.title = "B";
          draft.list[0] = 0;
          draft.sections.end = { text: "same" };
        },
        c: (draft) => {
          delete draft.sections.top;
        },
        d: (draft) => {
          if (draft.sections.top) draft.sections.top.text = "d";
        },
      },
    );
    expect(conflictsOf(outcome)).toEqual(["title: a, not b", "list.0: a, not b", "sections.top.text: c, not d"]);
    expect(outcome.status).toBe("completed");
    expect(outcome.data).toEqual({ title: "A", sections: { end: { text: "same" } }, list: [1, 2, 3, 4] });
  });

  test("lets a hook see, and change again, what those it depends on have changed, and nothing else", async () => {
    const { hooks, make } = pages({ mutation: "copy_on_write", strategy: "parallel_with_deps" });
    const seen: Record<string, string> = {};
    const add = (id: string, dependsOn: readonly string[] = []) =>
      hooks.register({
        id,
        on: "page_made",
        dependsOn,
        run: async ({ data, update }) => {
          seen[id] = data.title;
          update((draft) => {
            draft.title += id;
            draft.sections[id] = { text: id };
          });
        },
      });
    add("a");
    add("b");
    add("c", ["a"]);
    add("d", ["c"]);
    const outcome = await make();
    expect(seen).toEqual({ a: "Jam", b: "Jam", c: "Jama", d: "Jamac" });
    expect(outcome.data.title).toBe("Jamacd");
    expect(Object.keys(outcome.data.sections)).toEqual(["top", "end", "a", "b", "c", "d"]);
    expect(conflictsOf(outcome)).toEqual(["title: a, not b"]);
  });

  test("one after another no hook sees what the others changed", async () => {
    const outcome = await made(
      {},
      {
        a: (draft) => {
          draft.title += "a";
        },
        b: (draft) => {
          draft.sections.b = { text: draft.title };
        },
      },
    );
    expect(outcome.data).toMatchObject({ title: "Jama", sections: { b: { text: "Jam" } } });
  });
});

describe("what data may hold", () => {
  const trigger = (data: unknown) =>
    createHooks<{ event: unknown }>().trigger("event", data) as Promise<HookOutcome<unknown>>;

  test.each([
    ["a function", { run: () => 1 }, "data.run is a function"],
    ["a symbol", { list: [Symbol("x")] }, "data.list.0 is a symbol"],
    ["a date", { at: new Date() }, "data.at is a Date"],
    ["a map", new Map(), "the data is a Map"],
    ["an error", { error: new TypeError("x") }, "data.error is a TypeError"],
    ["bytes", { bytes: new Uint8Array(2) }, "data.bytes is a Uint8Array"],
    ["a key __proto__", JSON.parse('{"a": {"__proto__": {}}}'), "data.a has a key __proto__"],
  ])("not %s", async (_, data, sentence) => {
    await expect(trigger(data)).rejects.toMatchObject({
      code: "CONFITURE_HOOK_DATA",
      message: `event: ${sentence}; data is plain.`,
    });
  });

  test("not a circle", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    await expect(trigger(circle)).rejects.toMatchObject({ code: "CONFITURE_HOOK_DATA" });
  });

  test("anything else that is plain, whatever made it", async () => {
    const plain = [undefined, null, 1n, Number.NaN, "", Object.create(null), { a: [{ b: undefined }] }];
    expect((await trigger(plain)).data).toBe(plain);
  });
});

test("where no conflict is reported, the order of the hooks makes no difference, whatever they change", async () => {
  const value = fc.jsonValue({ maxDepth: 3 }).filter((json) => !JSON.stringify(json).includes("__proto__"));
  const key = fc.constantFrom("a", "b", "c", "d");
  const edit = fc.array(fc.tuple(key, key, value), { maxLength: 4 });
  const apply = (draft: Record<string, unknown>, edits: readonly (readonly [string, string, unknown])[]) => {
    for (const [outer, inner, next] of edits) {
      const place = draft[outer];
      if (typeof place === "object" && place !== null && !Array.isArray(place)) Object.assign(place, { [inner]: next });
      else draft[outer] = next;
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, value), edit, edit, async (data, one, other) => {
      const hooks = createHooks<{ event: Record<string, unknown> }>({
        events: { event: { strategy: "parallel", mutation: "copy_on_write" } },
      });
      const change = (edits: typeof one) => (draft: Record<string, unknown>) => apply(draft, structuredClone(edits));
      hooks.register({ id: "one", on: "event", run: ({ update }) => update(change(one)) });
      hooks.register({ id: "other", on: "event", run: ({ update }) => update(change(other)) });
      const before = structuredClone(data);
      const outcome = await hooks.trigger("event", data);
      expect(data).toEqual(before);
      // Without a conflict the order does not matter; the first alone is never changed by the second.
      const alone = structuredClone(before);
      apply(alone, structuredClone(one));
      if (other.length === 0) expect(outcome.data).toEqual(alone);
      if (outcome.conflicts.length === 0) {
        hooks.unregister("one");
        hooks.register({ id: "one", on: "event", run: ({ update }) => update(change(one)) });
        expect((await hooks.trigger("event", data)).data).toEqual(outcome.data);
      }
    }),
    { numRuns: 300 },
  );
});
