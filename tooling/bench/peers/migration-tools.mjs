// One row a tool and way of running it: how its project is written, and the command its users type.
import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { peerCommand, peerVersions } from "./install-peers.mjs";

/** @typedef {{ version: string, name: string, up: string, down: string }} WorkloadMigration */

/** The command as this repository builds it; `--confiture FILE` measures another build. */
export const ownCommand = fileURLToPath(new URL("../../../apps/cli/dist/bin.js", import.meta.url));

/**
 * - `runtime`: what does the work. dbmate's npm package is a Node program that starts a Go binary.
 * - `transactions`: what a failure in the middle would undo.
 * - `writeProject` leaves a folder like a user's; `command` gives the arguments for Node, and the environment.
 */
export const migrationTools = [
  {
    id: "confiture",
    runtime: "node",
    transactions: "one a migration",
    writeProject: writeConfitureProject,
    // A database's URL is known only once it exists, so the configuration reads it from the environment.
    command: (url, confiture) => ({ args: [confiture, "migrate", "up", "--env", "bench"], env: { BENCH_URL: url } }),
  },
  {
    id: `dbmate ${peerVersions.dbmate}`,
    runtime: "go",
    transactions: "one a migration",
    writeProject: writeDbmateProject,
    // Its default also runs pg_dump after each `up`: left out, as it is work that the others do not do.
    command: (url) => ({
      args: [peerCommand("dbmate"), "--no-dump-schema", "up"],
      env: { DATABASE_URL: url },
    }),
  },
  {
    id: `node-pg-migrate ${peerVersions["node-pg-migrate"]}`,
    runtime: "node",
    transactions: "one for all (its default)",
    writeProject: writeNodePgMigrateProject,
    command: (url) => ({ args: [peerCommand("node-pg-migrate"), "up"], env: { DATABASE_URL: url } }),
  },
  {
    id: `node-pg-migrate ${peerVersions["node-pg-migrate"]} --no-single-transaction`,
    runtime: "node",
    transactions: "one a migration",
    writeProject: writeNodePgMigrateProject,
    command: (url) => ({
      args: [peerCommand("node-pg-migrate"), "up", "--no-single-transaction"],
      env: { DATABASE_URL: url },
    }),
  },
  {
    id: `graphile-migrate ${peerVersions["graphile-migrate"]}`,
    runtime: "node",
    transactions: "one a migration",
    writeProject: writeGraphileMigrateProject,
    command: (url) => ({
      args: [peerCommand("graphile-migrate"), "migrate"],
      env: { DATABASE_URL: url, ROOT_DATABASE_URL: "template1" },
    }),
  },
  {
    id: `kysely-ctl ${peerVersions["kysely-ctl"]}`,
    runtime: "node",
    transactions: "one for all (its default)",
    writeProject: writeKyselyProject,
    command: (url) => kyselyCommand(url, []),
  },
  {
    id: `kysely-ctl ${peerVersions["kysely-ctl"]} --no-transaction`,
    runtime: "node",
    transactions: "none; a migration is one query string",
    writeProject: writeKyselyProject,
    command: (url) => kyselyCommand(url, ["--no-transaction"]),
  },
  {
    id: `postgrator-cli ${peerVersions["postgrator-cli"]}`,
    runtime: "node",
    transactions: "none; a migration is one query string",
    writeProject: writePostgratorProject,
    command: (url) => {
      const { hostname, port, username, password, pathname } = new URL(url);
      const place = ["--host", hostname, "--port", port, "--database", pathname.slice(1)];
      const user = ["--username", decodeURIComponent(username), "--password", decodeURIComponent(password)];
      return { args: [peerCommand("postgrator-cli", "postgrator"), "migrate", ...place, ...user], env: {} };
    },
  },
];

/** `--no-outdated-check`, or every run would ask the registry for the newest version. */
function kyselyCommand(url, more) {
  const args = [peerCommand("kysely-ctl", "kysely"), "migrate:latest", "--no-outdated-check", ...more];
  return { args, env: { DATABASE_URL: url } };
}

function writeConfitureProject(folder, migrations) {
  writeFileSync(
    join(folder, "confiture.yaml"),
    'environments:\n  bench:\n    database_url: "${BENCH_URL}"\nmigrations:\n  directory: migrations\n',
  );
  writeEach(join(folder, "migrations"), migrations, ({ version, name, up, down }) => ({
    [`${version}_${name}.up.sql`]: up,
    [`${version}_${name}.down.sql`]: down,
  }));
}

function writeDbmateProject(folder, migrations) {
  writeEach(join(folder, "db", "migrations"), migrations, ({ version, name, up, down }) => ({
    [`${version}_${name}.sql`]: `-- migrate:up\n${up}\n-- migrate:down\n${down}`,
  }));
}

function writeNodePgMigrateProject(folder, migrations) {
  writeEach(join(folder, "migrations"), migrations, ({ version, name, up, down }) => ({
    [`${version}_${name}.sql`]: `-- Up Migration\n${up}\n-- Down Migration\n${down}`,
  }));
}

/** What `graphile-migrate commit` would have left: each file carries its hash and that of the file before. */
function writeGraphileMigrateProject(folder, migrations) {
  writeFileSync(join(folder, ".gmrc"), "{}\n");
  let previous;
  writeEach(join(folder, "migrations", "committed"), migrations, ({ version, up }) => {
    const body = `${up.trim()}\n`;
    const hash = `sha1:${createHash("sha1")
      .update(`${previous ?? ""}\n${body.trim()}`.trim())
      .update("\n")
      .digest("hex")}`;
    const file = `--! Previous: ${previous ?? "-"}\n--! Hash: ${hash}\n\n${body}`;
    previous = hash;
    return { [`${version}.sql`]: file };
  });
}

/** Plain JavaScript modules, which kysely-ctl imports natively: TypeScript would go through jiti first and be slower. */
function writeKyselyProject(folder, migrations, peers) {
  symlinkSync(join(peers, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }\n');
  writeFileSync(
    join(folder, "kysely.config.js"),
    [
      'import { defineConfig } from "kysely-ctl";',
      'import { Pool } from "pg";',
      "",
      "export default defineConfig({",
      '  dialect: "pg",',
      "  dialectConfig: { pool: new Pool({ connectionString: process.env.DATABASE_URL }) },",
      '  migrations: { migrationFolder: "migrations", allowJS: true },',
      "});",
      "",
    ].join("\n"),
  );
  writeEach(join(folder, "migrations"), migrations, ({ version, name, up, down }) => ({
    [`${version}_${name}.js`]: [
      'import { sql } from "kysely";',
      "",
      `export const up = (db) => sql\`${up}\`.execute(db);`,
      `export const down = (db) => sql\`${down}\`.execute(db);`,
      "",
    ].join("\n"),
  }));
}

function writePostgratorProject(folder, migrations) {
  writeEach(join(folder, "migrations"), migrations, ({ version, name, up, down }) => ({
    [`${version}.do.${name}.sql`]: up,
    [`${version}.undo.${name}.sql`]: down,
  }));
}

/**
 * @param {string} folder
 * @param {readonly WorkloadMigration[]} migrations
 * @param {(migration: WorkloadMigration) => Record<string, string>} filesOf
 */
function writeEach(folder, migrations, filesOf) {
  mkdirSync(folder, { recursive: true });
  for (const migration of migrations) {
    for (const [name, text] of Object.entries(filesOf(migration))) writeFileSync(join(folder, name), text);
  }
}
