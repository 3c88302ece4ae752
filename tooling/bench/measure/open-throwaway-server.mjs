// One PostgreSQL for a run that only reads against the clock: what is written to it need not outlive anything.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectDatabase, openEmbeddedServer } from "@confiture/postgres";

/** 14 to 17 are there after `node tooling/testkit/test-matrix.mjs --install-only`. */
const matrix = fileURLToPath(new URL("../../../node_modules/.cache/confiture-postgres", import.meta.url));
const binaries = {
  13: fileURLToPath(new URL("../../testkit", import.meta.url)),
  18: fileURLToPath(new URL("..", import.meta.url)),
};

/**
 * A server in a folder of its own, which goes with it.
 * @param {{ version: number, settings?: Readonly<Record<string, string | number>> }} options
 */
export async function openThrowawayServer({ version, settings = {} }) {
  const workspace = mkdtempSync(join(tmpdir(), "confiture-bench-"));
  const server = await openEmbeddedServer({
    directory: workspace,
    version,
    listen: "tcp",
    resolveFrom: binaries[version] ?? matrix,
    settings: { fsync: "off", ...settings },
  });
  const urlOf = (name) => `${server.url(name)}?sslmode=disable`;

  async function onDatabase(name, work) {
    const database = connectDatabase(urlOf(name));
    try {
      const session = await database.openSession();
      try {
        return await work(session);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    } finally {
      await database[Symbol.asyncDispose]();
    }
  }

  const onServer = (sql) => onDatabase("postgres", (session) => session.query(sql));
  return {
    workspace,
    urlOf,
    onDatabase,
    onServer,
    drop: (name) => onServer(`drop database if exists ${name} with (force)`),
    async close() {
      await server.close();
      rmSync(workspace, { recursive: true, force: true });
    },
  };
}
