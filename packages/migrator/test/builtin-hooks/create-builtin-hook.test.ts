import { expect, test } from "vitest";
import { type BuiltinHookOptions, builtinHookTypes, createBuiltinHook } from "../../src/builtin-hooks/index.js";

async function refusal(options: BuiltinHookOptions): Promise<{ code: string; message: string; hint?: string }> {
  return createBuiltinHook(options).then(
    () => expect.fail("it was made"),
    (error: { code: string; message: string; hint?: string }) => error,
  );
}

test("a type that is not known is refused with the closest that is", async () => {
  expect(await refusal({ type: "backup_databse", on: "before_ddl" })).toMatchObject({
    code: "CONFITURE_HOOK_CONFIG",
    message:
      "The hook `before_ddl/backup_databse`: `type` names `backup_databse`, which is no type of hook. Did you mean `backup_database`?",
  });
});

test("config of a wrong shape is refused with what is expected", async () => {
  const { message } = await refusal({
    type: "analyze_statistics",
    on: "cleanup",
    id: "stats",
    config: { tabels: ["a"] },
  });
  expect(message).toBe("The hook `stats`: There is no key `tabels` in `config`. Did you mean `tables`?");
  expect(await refusal({ type: "rebuild_index", on: "after_ddl", config: {} })).toMatchObject({
    message: expect.stringContaining("`config.indexes` is missing: a list is expected."),
  });
});

test("a moment at which a hook could not do its work is refused with the reason", async () => {
  expect(await refusal({ type: "backfill_read_model", on: "before_ddl" })).toMatchObject({
    message: expect.stringContaining("where it cannot stand: what it fills is there only behind the migration's DDL"),
    hint: expect.stringContaining("after_ddl"),
  });
});

test("a connection on which a hook would wait for itself is refused with the reason", async () => {
  for (const [type, on] of [
    ["backup_database", "before_ddl"],
    ["backfill_read_model", "after_ddl"],
    ["rebuild_index", "after_ddl"],
  ] as const)
    expect(await refusal({ type, on, connection: "migration" })).toMatchObject({
      code: "CONFITURE_HOOK_CONFIG",
      message: expect.stringContaining("`connection` is `migration`, on which"),
    });
});

test("pseudo-code in the place of SQL is refused by PostgreSQL's own grammar", async () => {
  expect(
    await refusal({
      type: "verify_consistency",
      on: "after_validation",
      config: { checks: [{ name: "sum", query: "compare orders with read model" }] },
    }),
  ).toMatchObject({ message: expect.stringMatching(/`config\.checks\.0\.query` is not SQL that PostgreSQL takes/) });
  expect(
    await refusal({
      type: "backfill_read_model",
      on: "after_ddl",
      config: { target_table: "t", set: { a: "b plus 1)" } },
    }),
  ).toMatchObject({ message: expect.stringContaining("`config.set.a` is not SQL that PostgreSQL takes") });
});

test("a condition is CEL over what is known at a moment", async () => {
  const base = { type: "rebuild_read_models", on: "on_success", config: { action: "select 1" } } as const;
  expect(await refusal({ ...base, condition: "migration_name contains '01_write_side'" })).toMatchObject({
    message: expect.stringContaining("`condition` is no CEL expression"),
    hint: "Write `migration_name.contains('01_write_side')`.",
  });
  expect(await refusal({ ...base, condition: "migration_nam == 'a'" })).toMatchObject({
    message: expect.stringContaining("Unknown variable: migration_nam"),
  });
  expect(await refusal({ ...base, condition: "migration_name" })).toMatchObject({
    message: expect.stringContaining("gives string, not true or false"),
  });
});

test("every type says where it may stand and why not elsewhere", () => {
  for (const row of builtinHookTypes) {
    expect(row.on.length).toBeGreaterThan(0);
    if (row.kind === "database") expect(row.onlyThere).toMatch(/\.$/);
    expect(row.onlySo).toMatch(/\.$/);
    expect(row.what).toMatch(/[.?]$/);
  }
});
