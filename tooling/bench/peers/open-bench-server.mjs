// One PostgreSQL for the whole run, with the settings a production server has: what is not waited for is not measured.
import { fileURLToPath } from "node:url";
import { openEmbeddedServer } from "@confiture/postgres";
import pg from "pg";

const here = fileURLToPath(new URL("..", import.meta.url));
const folder = fileURLToPath(new URL("../../../node_modules/.cache/confiture-bench/postgres", import.meta.url));

const settingsToReport = [
  "server_version",
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_sync_method",
  "shared_buffers",
  "max_locks_per_transaction",
];

/** Every tool reaches it by TCP on 127.0.0.1 with a password. */
export async function openBenchServer() {
  const server = await openEmbeddedServer({
    directory: folder,
    version: 18,
    listen: "tcp",
    resolveFrom: here,
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  const admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
  const drop = (name) => admin.query(`drop database if exists ${name} with (force)`);
  return {
    dataDirectory: server.dataDirectory,
    settings: await readSettings(admin),
    commitMs: await measureCommit(admin),
    /** A database as `initdb` left it, with what runs before it left to be written already on disk. */
    async createDatabase(name) {
      await drop(name);
      await admin.query(`create database ${name} template template0`);
      await admin.query("checkpoint");
      // One of the tools insists on TLS unless told otherwise, another tries it first: without it, all connect alike.
      return `${server.url(name)}?sslmode=disable`;
    },
    drop,
    async close() {
      await admin.end();
      await server.close();
    },
  };
}

async function readSettings(client) {
  const { rows } = await client.query("select name, current_setting(name) as value from unnest($1::text[]) name", [
    settingsToReport,
  ]);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

/** The floor of "one transaction a migration": what one durable commit costs on this disk. Median of 200. */
async function measureCommit(client) {
  await client.query("create table if not exists commit_probe (n int)");
  const times = [];
  for (let run = 0; run < 200; run++) {
    const started = performance.now();
    await client.query("insert into commit_probe values (1)");
    times.push(performance.now() - started);
  }
  await client.query("drop table commit_probe");
  return times.sort((a, b) => a - b)[100];
}
