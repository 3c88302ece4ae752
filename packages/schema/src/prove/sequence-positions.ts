import type { Session } from "@confiture/model";
import type { RelationFile } from "./relation-files.js";

export interface SequencePosition {
  readonly position: string;
  /** The column it belongs to, where it belongs to one. */
  readonly column: string | null;
}

/** Where each sequence stands: it is data, and what a plan drops and makes again begins anew. */
export async function readSequencePositions(
  session: Session,
  files: readonly RelationFile[],
): Promise<ReadonlyMap<string, SequencePosition>> {
  const names = files.filter(({ kind }) => kind === "sequence").map(({ name }) => name);
  if (names.length === 0) return new Map();
  const columns = await readColumnsOfSequences(session);
  const each = names.map(
    (name, place) => `select ${place} as place, last_value || ' ' || is_called as position from ${name}`,
  );
  const { rows } = await session.query<{ place: number; position: string }>(each.join(" union all "));
  return new Map(
    rows.map(({ place, position }) => [names[place]!, { position, column: columns.get(names[place]!) ?? null }]),
  );
}

async function readColumnsOfSequences(session: Session): Promise<ReadonlyMap<string, string>> {
  const { rows } = await session.query<{ name: string; column: string }>(`
    select c.oid::regclass::text as name, a.attrelid::regclass::text || '.' || quote_ident(a.attname) as column
    from pg_catalog.pg_class c
    join pg_catalog.pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
      and d.refclassid = 'pg_class'::regclass
    join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where c.relkind = 'S' and c.oid >= 16384`);
  return new Map(rows.map(({ name, column }) => [name, column]));
}

/**
 * The ones that do not stand where they stood. A column whose sequence was dropped may have another one, under another
 * name: that must go on where the first one ended, or it gives out values that are there already.
 */
export function movedSequences(
  before: ReadonlyMap<string, SequencePosition>,
  after: ReadonlyMap<string, SequencePosition>,
): readonly string[] {
  const ofColumns = new Map(
    [...after].flatMap(([name, { column }]) => (column === null || before.has(name) ? [] : [[column, name] as const])),
  );
  return [...before].flatMap(([name, { position, column }]) => {
    const now = after.has(name) ? name : ofColumns.get(column ?? "");
    return now === undefined || after.get(now)!.position === position ? [] : [now];
  });
}
