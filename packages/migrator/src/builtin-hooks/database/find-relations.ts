import { ConfitureError, type Queryable } from "@confiture/model";

export interface FoundRelation {
  /** Quoted and with its schema, ready to stand in SQL. */
  readonly name: string;
  readonly kind: string;
  readonly oid: string;
}

const shown = `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, c.oid::text as oid
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

/**
 * A relation by its name as SQL spells it.
 *
 * @throws CONFITURE_HOOK_CONFIG when there is none
 */
export async function findRelation(session: Queryable, name: string): Promise<FoundRelation> {
  const { rows } = await session.query<FoundRelation>(`${shown} where c.oid = pg_catalog.to_regclass($1)`, [name]);
  const [found] = rows;
  if (found !== undefined) return found;
  throw new ConfitureError("CONFITURE_HOOK_CONFIG", `There is no relation ${name} in this database.`, {
    hint: "Write it with its schema, and look whether the hook stands behind the migration that makes it.",
  });
}

/** The tables named, or all of the project's: not ours, not PostgreSQL's, no partition beside its parent. */
export async function findTables(
  session: Queryable,
  names: readonly string[] | undefined,
  ownSchema: string,
): Promise<readonly FoundRelation[]> {
  if (names !== undefined) {
    const tables: FoundRelation[] = [];
    for (const name of names) tables.push(await findRelation(session, name));
    return tables;
  }
  const { rows } = await session.query<FoundRelation>(
    `${shown} where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', $1)
       and n.nspname !~ '^pg_(toast|temp)' order by 1`,
    [ownSchema],
  );
  return rows;
}
