import type { Catalog } from "@confiture/model";
import type { HookMoments } from "./hook-moments.js";

const outside = { place: "outside" } as const;

/** Reads a schema between its two moments. `source` is a name or a path, never a URL. */
export async function readAnalysed(
  moments: HookMoments,
  source: string,
  read: () => Promise<Catalog>,
): Promise<Catalog> {
  await moments.reach("before_analyze_schema", { source }, outside);
  const started = performance.now();
  const schema = await read();
  const size = { tables: schema.tables.length, columns: schema.columns.length };
  const durationMs = performance.now() - started;
  await moments.reach("after_analyze_schema", { source, schema, ...size, durationMs }, outside);
  return schema;
}

/** Compares two schemas between their two moments; `tell` says what of the answer hooks are told. */
export async function compareBetween<Answer>(
  moments: HookMoments,
  schemas: { readonly source: Catalog; readonly target: Catalog },
  compare: () => Promise<Answer>,
  tell: (answer: Answer) => { readonly differences: readonly unknown[]; readonly breaking: readonly string[] },
): Promise<Answer> {
  await moments.reach("before_diff_schemas", schemas, outside);
  const started = performance.now();
  const answer = await compare();
  const durationMs = performance.now() - started;
  await moments.reach("after_diff_schemas", { ...schemas, ...tell(answer), durationMs }, outside);
  return answer;
}
