import { mkdtempSync, writeFileSync } from "node:fs";
import { connectDatabase, openEmbeddedServer } from "@confiture/postgres";
import { readCatalog, diffCatalogs } from "../../packages/schema/dist/index.js";
import { schemaOf } from "./peers/schema-pair.mjs";
import { fileURLToPath } from "node:url";
import { Session } from "node:inspector/promises";
const tables = Number(process.argv[2] ?? 1000);
const size = { tables, columns: 10, indexes: 5, keys: 2 };
const server = await openEmbeddedServer({ directory: mkdtempSync("/tmp/zz-"), version: 18, listen: "tcp", resolveFrom: fileURLToPath(new URL(".", import.meta.url)), settings: { fsync: "off", max_locks_per_transaction: 4096 } });
const url = (n) => `${server.url(n)}?sslmode=disable`;
const on = async (n, w) => { const d = connectDatabase(url(n)); try { const s = await d.openSession(); return await w(s); } finally { await d[Symbol.asyncDispose](); } };
for (const [name, later] of [["before", false], ["later", true]]) {
  await on("postgres", (s) => s.query(`create database ${name}`));
  await on(name, async (s) => { for (const sql of schemaOf(size, later)) await s.query(sql); await s.query("analyze"); });
}
const cats = {};
for (const n of ["before", "later", "before", "later", "before"]) {
  const t = performance.now(), c = process.cpuUsage();
  cats[n] = await on(n, (s) => readCatalog(s));
  console.log("read", n, Math.round(performance.now() - t), "ms cpu", Math.round((process.cpuUsage(c).user + process.cpuUsage(c).system) / 1000));
}
writeFileSync("/tmp/zz-catalogs.json", JSON.stringify(cats));
const session = new Session(); session.connect();
await session.post("Profiler.enable");
for (let i = 0; i < 6; i++) {
  if (i === 0 ) await session.post("Profiler.start");
  const t = performance.now(), c = process.cpuUsage();
  const r = diffCatalogs(cats.before, cats.later);
  console.log("diff", r.statements.length, Math.round(performance.now() - t), "ms cpu", Math.round(process.cpuUsage(c).user / 1000));
  if (i === 0) { const { profile } = await session.post("Profiler.stop"); writeFileSync("/tmp/zz.cpuprofile", JSON.stringify(profile)); }
}
await server.close();
process.exit();
