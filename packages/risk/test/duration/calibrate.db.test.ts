import type { OwnedSession, Session } from "@confiture/model";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CalibrateOptions, calibrate } from "../../src/calibrate/calibrate.js";
import { estimateDuration } from "../../src/duration/estimate-duration.js";
import { workTerms } from "../../src/duration/work.js";
import { operations, orders } from "./calibration-fixture.js";

/** Small enough for a test, large enough to go through everything. */
const quick: CalibrateOptions = { rows: 5_000, runs: 1 };
const lastShape = /vacuum written/;

describeEachVersion("calibrate", (version) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test("every family of work gets a price, and estimates follow", async () => {
    await using session = await db.openSession();
    const calibration = await calibrate(session, quick);
    expect(Object.keys(calibration.rates).sort()).toEqual(Object.keys(workTerms).sort());
    expect(calibration).toMatchObject({ format: 1, notMeasured: [] });
    expect(calibration.environment.settings.server_version?.startsWith(`${version}`)).toBe(true);
    for (const rate of Object.values(calibration.rates)) {
      expect(Math.max(...Object.values(rate.msPerUnit))).toBeGreaterThan(0);
      expect(rate.residuals).toHaveLength(rate.runs);
    }
    const readBack = JSON.parse(JSON.stringify(calibration)) as typeof calibration;
    expect(readBack).toEqual(calibration);
    const input = { operations: Object.values(operations), relations: [orders()], calibration: readBack };
    const estimate = estimateDuration(input);
    expect(estimate.method).toBe("calibrated");
    expect(estimate.lowerMs).toBeGreaterThan(0);
    expect(estimate.upperMs).toBeGreaterThan(estimate.estimatedMs);
    await expectNothingLeft(db, session);
  });

  test("nothing is left when a statement is cancelled, fails, or is refused half-way", async () => {
    for (const [pattern, instead] of [
      [/vacuum full/, undefined],
      [lastShape, "select 1 / 0"],
      [/set_config/, "select 1 / 0"],
    ] as const) {
      await using session = await db.openSession();
      const spoiled = spoil(session, pattern, instead ?? (await cancelling(db, session)));
      await expect(calibrate(spoiled, quick)).rejects.toThrow(/cancel|division/);
      await expectNothingLeft(db, session);
    }
  });

  test("an aborted signal ends it between two statements", async () => {
    await using session = await db.openSession();
    const controller = new AbortController();
    const onObservation = () => controller.abort();
    const measuring = calibrate(session, { ...quick, onObservation, signal: controller.signal });
    await expect(measuring).rejects.toMatchObject({ code: "CONFITURE_CANCELLED" });
    await expectNothingLeft(db, session);
  });

  test("what a lost connection leaves, the next measurement drops; what another one is using, it does not", async () => {
    await using lost = await db.openSession();
    await lost.query("select pg_advisory_lock(1668247142, hashtext('confiture_calibration_00000000dead'))");
    await db.query("create schema confiture_calibration_00000000dead create table t (n integer)");
    await db.query("create schema confiture_calibration_mine");
    await using session = await db.openSession();
    const budget = { ...quick, maxDurationMs: 1 };
    await calibrate(session, budget);
    expect(await scratchSchemas(db)).toEqual(["confiture_calibration_00000000dead", "confiture_calibration_mine"]);
    await lost.query("select pg_advisory_unlock_all()");
    await calibrate(session, budget);
    expect(await scratchSchemas(db)).toEqual(["confiture_calibration_mine"]);
    await db.query("drop schema confiture_calibration_mine");
  });

  test("a role that may create schemas, and nothing else, can measure; one that may not is told the grant", async () => {
    const role = `measurer_${version}_${process.pid}`;
    const { rows } = await db.query<{ name: string }>("select current_database() as name");
    await db.query(`create role ${role}; grant create on database ${rows[0]!.name} to ${role}`);
    try {
      await using session = await db.openSession();
      await session.query(`set role ${role}`);
      const { rates } = await calibrate(session, { ...quick, rows: 2_000 });
      expect(Object.keys(rates).length).toBe(Object.keys(workTerms).length);
      await db.query(`revoke create on database ${rows[0]!.name} from ${role}`);
      await expect(calibrate(session, quick)).rejects.toMatchObject({
        code: "CONFITURE_STATEMENT_FAILED",
        hint: `Allow it: grant create on database ${rows[0]!.name} to ${role}`,
      });
      await session.query("reset role");
      await expectNothingLeft(db, session);
    } finally {
      await db.query(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test("time and bytes bound it, and what was left out is said", async () => {
    await using session = await db.openSession();
    const started = performance.now();
    const short = await calibrate(session, { rows: 20_000_000, runs: 1, maxDurationMs: 1_500, maxBytes: 20 * 2 ** 20 });
    expect(performance.now() - started).toBeLessThan(40_000);
    const reasons = new Set(short.notMeasured.map(({ because }) => because));
    expect(reasons).toContain("it would take more than maxBytes");
    const late = await calibrate(session, { rows: 20_000_000, runs: 1, maxDurationMs: 1_500 });
    expect(late.tookMs).toBeLessThan(15_000);
    expect(late.notMeasured.map(({ because }) => because)).toContain("it would end after maxDurationMs");
    await expectNothingLeft(db, session);
  });

  test("it is refused inside a transaction, where nothing may be written, and for options out of range", async () => {
    await using session = await db.openSession();
    await session.query("begin");
    await expect(calibrate(session, quick)).rejects.toMatchObject({ code: "CONFITURE_USAGE" });
    await session.query("rollback");
    await session.query("set default_transaction_read_only = on");
    await expect(calibrate(session, quick)).rejects.toMatchObject({ code: "CONFITURE_READ_ONLY" });
    await session.query("reset default_transaction_read_only");
    await expect(calibrate(session, { rows: 0 })).rejects.toMatchObject({ code: "CONFITURE_USAGE" });
    await expectNothingLeft(db, session);
  });

  test("the session has its own settings afterwards", async () => {
    await using session = await db.openSession();
    await session.query("set search_path to public; set statement_timeout to '7min'");
    await calibrate(session, { ...quick, maxDurationMs: 1 });
    const { rows } = await session.query(
      "select current_setting('search_path') as path, current_setting('statement_timeout') as timeout",
    );
    expect(rows).toEqual([{ path: "public", timeout: "7min" }]);
  });
});

/** Neither schemas nor relations nor locks of ours. */
async function expectNothingLeft(db: TestDatabase, session: Session): Promise<void> {
  expect(await scratchSchemas(db)).toEqual([]);
  const { rows } = await db.query<{ relations: number }>(
    `select count(*)::int as relations from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where nspname <> 'information_schema' and nspname not like 'pg\\_%'`,
  );
  expect(rows[0]?.relations).toBe(0);
  const locks = await session.query("select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()");
  expect(locks.rows).toHaveLength(0);
}

async function scratchSchemas(db: TestDatabase): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    "select nspname as name from pg_namespace where nspname like 'confiture%' order by 1",
  );
  return rows.map(({ name }) => name);
}

type Instead = string | ((text: string) => Promise<string>);

/** A session in which the first statement that matches is another one. */
function spoil(session: OwnedSession, pattern: RegExp, instead: Instead): Session {
  let spoiled = false;
  return {
    async query<Row>(text: string, values?: readonly unknown[]) {
      if (spoiled || !pattern.test(text)) return session.query<Row>(text, values);
      spoiled = true;
      return session.query<Row>(typeof instead === "string" ? instead : await instead(text));
    },
  };
}

/** Another session cancels what runs, as an administrator would. */
async function cancelling(db: TestDatabase, session: Session): Promise<Instead> {
  const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return async () => {
    setTimeout(() => void db.query("select pg_cancel_backend($1)", [rows[0]!.pid]), 100);
    return "select pg_sleep(30)";
  };
}
