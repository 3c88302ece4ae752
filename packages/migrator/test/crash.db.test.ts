import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { catalogHash, readCatalog } from "@confiture/schema";
import { longRun, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { migrate } from "../src/index.js";
import { type MigrationsFolder, migrationsFolder } from "./migrations-folder.js";

type TestDb = Awaited<ReturnType<typeof openTestDatabase>>;

const script = fileURLToPath(new URL("./crash/crashing-run.mjs", import.meta.url));
const seed = Number(process.env.CONFITURE_TEST_SEED ?? Date.now() % 1_000_000);
const rounds = longRun ? 100 : 6;

// Every kind of segment, and a row that would be there twice if anything ran twice.
const files = {
  "001_t.up.sql": "create table t (id int, v text);\ninsert into t values (1, 'once');",
  "002_i.up.sql":
    "insert into t values (2, 'once');\ncreate index concurrently t_id on t (id);\ninsert into t values (3, 'once');",
  "003_e.up.sql":
    "create type mood as enum ('a');\ninsert into t values (4, 'once');\nvacuum t;\nalter table t add column m mood;",
  "004_e.up.sql": "alter type mood add value 'b';\nupdate t set m = 'b';\ninsert into t values (5, 'once');",
  "005_u.up.sql":
    "create unique index concurrently on t (v, id);\nreindex index concurrently t_id;\ndrop index concurrently t_id;",
};

test("killed before, during and behind every message of a run, the next run converges to the undisturbed result", async () => {
  using folder = migrationsFolder(files);
  const expected = await undisturbed(folder);
  const { sent } = await countMessages(folder);
  for (const side of ["before", "during", "behind"]) {
    for (const at of pickMoments(sent, side)) {
      await using db = await openTestDatabase();
      await crashAt(db, folder, at, side);
      expect(await converge(db, folder), `killed ${side} message ${at} of ${sent}`).toEqual(expected);
    }
  }
}, 600_000);

test(`killed at random moments (seed ${seed}), also several times in a row, a run converges`, async () => {
  using folder = migrationsFolder(files);
  const expected = await undisturbed(folder);
  const began = performance.now();
  await countMessages(folder);
  const wholeRunMs = performance.now() - began;
  const random = randomFrom(seed);
  for (let round = 0; round < rounds; round += 1) {
    await using db = await openTestDatabase();
    const times = 1 + Math.floor(random() * 3);
    for (let time = 0; time < times; time += 1) await killAfter(db, folder, random() * wholeRunMs);
    expect(await converge(db, folder), `seed ${seed}, round ${round}`).toEqual(expected);
  }
}, 900_000);

/** All of them in a long run; else every fifth, another for each side. */
function pickMoments(sent: number, side: string): readonly number[] {
  const all = Array.from({ length: sent }, (_, index) => index + 1);
  if (longRun) return all;
  const offset = { before: 0, during: 1, behind: 2 }[side] ?? 0;
  return all.filter((at) => at % 5 === offset);
}

async function undisturbed(folder: MigrationsFolder): Promise<unknown> {
  await using db = await openTestDatabase();
  return await converge(db, folder);
}

/** Runs until nothing is left to do, and tells what is there then. */
async function converge(db: TestDb, folder: MigrationsFolder): Promise<unknown> {
  const outcome = await migrate(db, { migrations: folder.path, lockWaitMs: 30_000 });
  if (outcome.failed !== null) throw outcome.failed.error;
  await using session = await db.openSession();
  const catalog = await readCatalog(session, { exclude: ["confiture"] });
  const { rows } = await session.query("select id, v, m::text from t order by id, v");
  const versions = await session.query("select version, state from confiture.migrations order by sort_key");
  const steps = await session.query("select * from confiture.steps");
  return { catalog: catalogHash(catalog), rows, versions: versions.rows, steps: steps.rows };
}

async function countMessages(folder: MigrationsFolder): Promise<{ readonly sent: number }> {
  await using db = await openTestDatabase();
  const { output } = await run(db, folder, ["0", "never"]);
  return JSON.parse(output) as { sent: number };
}

async function crashAt(db: TestDb, folder: MigrationsFolder, at: number, side: string): Promise<void> {
  await run(db, folder, [String(at), side]);
}

async function killAfter(db: TestDb, folder: MigrationsFolder, ms: number): Promise<void> {
  await run(db, folder, ["0", "never"], ms);
}

function run(
  db: TestDb,
  folder: MigrationsFolder,
  more: readonly string[],
  killAfterMs?: number,
): Promise<{ readonly output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script, db.url, folder.path, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
    });
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.on("exit", () => {
      clearTimeout(timer);
      done({ output });
    });
  });
}

function randomFrom(start: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash("sha256").update(`${start}:${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}
