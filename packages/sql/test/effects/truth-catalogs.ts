import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Catalog, Session } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { openTestDatabase, type ServerVersion } from "@confiture/testkit";
import type { TruthForm } from "./truth-forms.js";

/** The database as it was before a form ran, or why this server cannot be brought there. */
export type TruthCatalog =
  | { readonly kind: "read"; readonly catalog: Catalog }
  | { readonly kind: "not-here"; readonly because: string };

/** What the forms find beside the fixture. */
const roles = "create role lr1; create role lr2";

/** The catalogs that the forms start from, by their `pre` (`""`: the fixture alone). */
export async function readTruthCatalogs(
  fixture: string,
  forms: readonly TruthForm[],
  version: ServerVersion,
): Promise<ReadonlyMap<string, TruthCatalog>> {
  await using database = await openTestDatabase({ version, sql: fixture });
  await using session = await database.openSession();
  const catalogs = new Map<string, TruthCatalog>();
  for (const pre of new Set(["", ...forms.map(({ pre = "" }) => pre)]))
    catalogs.set(pre, await readBehind(session, pre));
  return catalogs;
}

/** One copy of the fixture serves all: what `pre` does is rolled back. */
async function readBehind(session: Session, pre: string): Promise<TruthCatalog> {
  await session.query(`begin; ${roles}`);
  try {
    if (pre !== "") await session.query(pre);
    return { kind: "read", catalog: await readCatalog(session, { insideTransaction: true }) };
  } catch (error) {
    return { kind: "not-here", because: error instanceof Error ? error.message : String(error) };
  } finally {
    await session.query("rollback");
  }
}

/** The same out of a file, for somebody who measures again and again while nothing but the prediction changes. */
export async function rememberTruthCatalogs(
  fixture: string,
  forms: readonly TruthForm[],
  version: ServerVersion,
): Promise<ReadonlyMap<string, TruthCatalog>> {
  const folder = join(tmpdir(), "confiture-truth");
  const content = JSON.stringify([fixture, forms.map(({ pre }) => pre)]);
  const file = join(folder, `${version}-${createHash("sha256").update(content).digest("hex").slice(0, 16)}.json`);
  if (existsSync(file)) return new Map(JSON.parse(readFileSync(file, "utf8")) as [string, TruthCatalog][]);
  const catalogs = await readTruthCatalogs(fixture, forms, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify([...catalogs]));
  return catalogs;
}
