// The tools that make SQL out of two schemas, beside which ours is measured. Each row says what takes the time, and how
// its users would run what comes out. They are run in processes of their own (run-diff-tool.mjs).
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { connectDatabase } from "@confiture/postgres";
import { installInto } from "./install-into.mjs";

const folder = fileURLToPath(new URL("../../../node_modules/.cache/confiture-diff-peers", import.meta.url));
const versions = { "@pgkit/migra": "0.6.1", "@supabase/pg-delta": "1.0.0-alpha.34", pg: "8.23.1" };

export function installDiffPeers() {
  installInto(folder, versions);
}

/** A peer's module, as its `exports` name it. */
const peer = (name) => import(pathToFileURL(createRequire(`${folder}/package.json`).resolve(name)).href);

/**
 * `open` loads the code and connects. Then `read` reads both sides, `diff` makes statements of what was read, and `apply`
 * runs them on the first side the way the tool's own documentation does.
 */
export const diffTools = {
  confiture: { name: "confiture", open: openConfiture },
  "pg-delta": { name: `pg-delta ${versions["@supabase/pg-delta"]}`, open: openPgDelta },
  migra: { name: `migra (pgkit) ${versions["@pgkit/migra"]}`, open: openMigra },
};

async function openConfiture(from, to) {
  const { diffCatalogs, planDiff, readCatalog } = await import("../../../packages/schema/dist/index.js");
  if (diffCatalogs === undefined) throw new Error("@confiture/schema as built exports no diffCatalogs");
  const databases = [from, to].map((url) => connectDatabase(url));
  const sessions = await Promise.all(databases.map((database) => database.openSession()));
  return {
    async read() {
      return Promise.all(sessions.map((session) => readCatalog(session)));
    },
    async diff([before, after]) {
      const { statements } = diffCatalogs(before, after);
      return { sql: statements.map(({ sql }) => sql), sides: [before, after] };
    },
    // Which transaction a statement may stand in comes with its effect, which is made for those who run it.
    async apply({ sides: [before, after] }) {
      const { statements } = await planDiff(before, after);
      await runStatements(sessions[0], statements);
    },
    async close() {
      for (const session of sessions) await session[Symbol.asyncDispose]();
      for (const database of databases) await database[Symbol.asyncDispose]();
    },
  };
}

/** Neighbours in one transaction, as far as they may. */
async function runStatements(session, statements) {
  await session.query("set search_path = ''; set check_function_bodies = off");
  let open = false;
  for (const { sql, transactional, commitBehind } of statements) {
    if (open !== transactional) await session.query(transactional ? "begin" : "commit");
    open = transactional;
    await session.query(sql);
    if (open && commitBehind !== undefined) {
      await session.query("commit");
      open = false;
    }
  }
  if (open) await session.query("commit");
}

async function openPgDelta(from, to) {
  const [{ extract }, { plan }, { apply }, pg] = await Promise.all(
    ["@supabase/pg-delta/extract", "@supabase/pg-delta/plan", "@supabase/pg-delta/apply", "pg"].map(peer),
  );
  const pools = [from, to].map((url) => new pg.default.Pool({ connectionString: url }));
  return {
    read: () => Promise.all(pools.map((pool) => extract(pool))),
    async diff([source, desired]) {
      const made = plan(source.factBase, desired.factBase);
      return { sql: made.actions.map(({ sql }) => sql), plan: made };
    },
    async apply({ plan: made }) {
      const report = await apply(made, pools[0], { fingerprintGate: false });
      if (report.status !== "applied") throw new Error(`${report.error?.message}: ${report.error?.sql}`);
    },
    async close() {
      for (const pool of pools) await pool.end();
    },
  };
}

async function openMigra(from, to) {
  const { Migration } = await peer("@pgkit/migra");
  const { createClient } = await createRequire(`${folder}/node_modules/@pgkit/migra/package.json`)("@pgkit/client");
  const clients = [from, to].map((url) => createClient(url));
  const pg = await peer("pg");
  return {
    read: () => Migration.create(clients[0], clients[1], {}),
    async diff(migration) {
      migration.set_safety(false);
      migration.add_all_changes(true);
      const { sql } = migration;
      return { sql: [...migration.statements], plan: sql };
    },
    async apply({ plan }) {
      const client = new pg.default.Client({ connectionString: from });
      await client.connect();
      try {
        await client.query(plan);
      } finally {
        await client.end();
      }
    },
    async close() {
      for (const client of clients) await client.end();
    },
  };
}
