import { openTestDatabase, supportedVersions, testOnEachVersion, testVersions } from "@confiture/testkit";
import { expect, test } from "vitest";
import {
  builtinOperators,
  builtinTypes,
  settledFunctions,
  volatileFunctions,
} from "../../../src/effects/facts/builtin-names.js";

interface BuiltinFunction {
  readonly name: string;
  /** Arguments of each variant that is VOLATILE. */
  readonly volatileVariants: readonly string[];
}

testOnEachVersion("every built-in function that a query can call is either volatile or settled", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows: functions } = await db.query<BuiltinFunction>(callableFunctions);
  expect(functions.length).toBeGreaterThan(1500);
  const inNeither = functions.filter(({ name }) => !volatileFunctions.has(name) && !settledFunctions.has(name));
  expect(inNeither).toEqual([]);
});

testOnEachVersion(
  "no settled function has a volatile variant, save AT TIME ZONE of a timetz before 15",
  async (version) => {
    await using db = await openTestDatabase({ version });
    const { rows: functions } = await db.query<BuiltinFunction>(callableFunctions);
    const wrong = functions.filter(
      ({ name, volatileVariants }) => volatileVariants.length > 0 && settledFunctions.has(name),
    );
    const timezone = {
      name: "timezone",
      volatileVariants: ["text, time with time zone"],
    };
    expect(wrong).toEqual(version < 15 ? [timezone] : []);
  },
);

testOnEachVersion("a function called volatile has a volatile variant", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows: functions } = await db.query<BuiltinFunction>(callableFunctions);
  const wrong = functions.filter(
    ({ name, volatileVariants }) => volatileVariants.length === 0 && volatileFunctions.has(name),
  );
  expect(wrong).toEqual([]);
});

testOnEachVersion("every built-in type is known", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows: types } = await db.query<{ name: string }>(builtinTypesOfServer);
  expect(types.map(({ name }) => name).filter((name) => !builtinTypes.has(name))).toEqual([]);
});

testOnEachVersion("every built-in operator is known, and gives the same for the same", async (version) => {
  await using db = await openTestDatabase({ version });
  const { rows: operators } = await db.query<{ name: string; volatile: boolean }>(builtinOperatorsOfServer);
  expect(operators.filter(({ name, volatile }) => volatile || !builtinOperators.has(name))).toEqual([]);
});

test("no name is in both lists of functions", () => {
  expect([...volatileFunctions].filter((name) => settledFunctions.has(name))).toEqual([]);
});

// Names come and go between the oldest and the newest.
test.runIf(testVersions.length === supportedVersions.length)("every name is one of some version", async () => {
  const seen = new Set<string>();
  for (const version of testVersions) {
    await using db = await openTestDatabase({ version });
    for (const query of [
      "select proname::text as name from pg_proc",
      "select typname::text as name from pg_type",
      "select oprname::text as name from pg_operator",
    ]) {
      const { rows } = await db.query<{ name: string }>(query);
      for (const { name } of rows) seen.add(name);
    }
  }
  const listed = [...volatileFunctions, ...settledFunctions, ...builtinTypes, ...builtinOperators];
  expect(listed.filter((name) => !seen.has(name))).toEqual([]);
});

/**
 * A query can give no `internal` and gets nothing of what only the server calls (input and output of types, triggers,
 * handlers); the binary_upgrade functions refuse to run outside pg_upgrade.
 */
const callableFunctions = `
  select
    proname::text as name,
    array(
      select pg_get_function_identity_arguments(each)
      from unnest(array_agg(oid) filter (where provolatile = 'v')) each
      order by 1
    ) as "volatileVariants"
  from pg_proc
  where pronamespace = 'pg_catalog'::regnamespace
    and prokind <> 'p'
    and proname not like 'binary\\_upgrade\\_%'
    and not proargtypes::oid[] && array['internal', 'cstring']::regtype[]::oid[]
    and prorettype <> all (array[
      'internal', 'cstring', 'trigger', 'event_trigger', 'language_handler', 'fdw_handler', 'index_am_handler',
      'table_am_handler', 'tsm_handler']::regtype[])
  group by proname
  order by proname`;

/** Without the row types of catalogs and without arrays. */
const builtinTypesOfServer = `
  select typname::text as name
  from pg_type
  where typnamespace = 'pg_catalog'::regnamespace
    and typrelid = 0
    and not exists (select from pg_type element where element.typarray = pg_type.oid)
  order by typname`;

const builtinOperatorsOfServer = `
  select oprname::text as name, bool_or(provolatile = 'v') as volatile
  from pg_operator
  join pg_proc on pg_proc.oid = oprcode
  where oprnamespace = 'pg_catalog'::regnamespace
  group by oprname
  order by oprname`;
