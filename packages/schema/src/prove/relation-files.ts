import type { Session } from "@confiture/model";

/** A relation by what it is called, which one it is, and where its rows lie. */
export interface RelationFile {
  readonly name: string;
  readonly kind: "table" | "materialized view" | "index" | "sequence";
  readonly oid: string;
  /** Null for what has no file of its own. */
  readonly file: string | null;
}

export async function readRelationFiles(session: Session): Promise<readonly RelationFile[]> {
  await session.query("set search_path = ''");
  const { rows } = await session.query<RelationFile>(`
    select c.oid::regclass::text as name, c.oid::text as oid, pg_relation_filenode(c.oid)::text as file,
           case c.relkind when 'm' then 'materialized view' when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'index'
             else 'table' end as kind
    from pg_catalog.pg_class c
    where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 'i', 'I', 'S') and c.relpersistence <> 't'
      and c.relnamespace <> 'pg_toast'::regnamespace
    order by 1`);
  return rows;
}

export interface FileChanges {
  /** Tables and materialized views whose rows were written to another file. */
  readonly rewritten: readonly string[];
  /** Indexes built anew without having been dropped. */
  readonly rebuiltIndexes: readonly string[];
  /** Relations that are there on both sides, and are not the same ones: dropped, and made again. */
  readonly recreated: readonly { readonly kind: RelationFile["kind"]; readonly name: string }[];
}

export function fileChanges(before: readonly RelationFile[], after: readonly RelationFile[]): FileChanges {
  const [byOid, names] = [
    new Map(before.map((file) => [file.oid, file])),
    new Map(before.map((file) => [file.name, file])),
  ];
  const moved = after.filter(({ oid, file }) => byOid.has(oid) && byOid.get(oid)!.file !== file);
  const recreated = after.filter(({ name, oid, kind }) => names.get(name)?.kind === kind && !byOid.has(oid));
  return {
    rewritten: moved.filter(({ kind }) => kind === "table" || kind === "materialized view").map(({ name }) => name),
    rebuiltIndexes: moved.filter(({ kind }) => kind === "index").map(({ name }) => name),
    recreated: recreated.map(({ kind, name }) => ({ kind, name })),
  };
}
