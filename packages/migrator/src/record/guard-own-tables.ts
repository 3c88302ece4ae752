import type { Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { quoteIdentifier, quoteLiteral } from "@confiture/sql";

interface DisturbedRow {
  readonly table_name: string;
  readonly row_security: boolean;
  readonly triggers: readonly string[];
  readonly rules: readonly string[];
}

/**
 * A migration that walks over all tables (audit triggers, row level security everywhere) reaches ours too. Policies
 * could hide what is applied, triggers could refuse its record and rules swallow it: on our tables all are switched off.
 *
 * @throws CONFITURE_OWN_TABLES when we may not
 */
export async function guardOwnTables(session: Session, ownSchema: string): Promise<void> {
  const { rows } = await session.query<DisturbedRow>(disturbances(ownSchema));
  if (rows.length === 0) return;
  const own = quoteIdentifier(ownSchema);
  const repairs = rows.flatMap(({ table_name, row_security, triggers, rules }) => {
    const table = `${own}.${quoteIdentifier(table_name)}`;
    return [
      ...(row_security
        ? [`alter table ${table} disable row level security`, `alter table ${table} no force row level security`]
        : []),
      ...triggers.map((trigger) => `alter table ${table} disable trigger ${quoteIdentifier(trigger)}`),
      ...rules.map((rule) => `alter table ${table} disable rule ${quoteIdentifier(rule)}`),
    ];
  });
  try {
    await session.query(repairs.join(";\n"));
  } catch (cause) {
    const tables = rows.map((row) => `${ownSchema}.${row.table_name}`).join(", ");
    throw new ConfitureError(
      "CONFITURE_OWN_TABLES",
      `Triggers, rules or row level security were put on our own tables (${tables}), and this role may not switch them off.`,
      {
        cause,
        hint: "Take them off, and leave this schema out where a migration walks over all tables.",
      },
    );
  }
}

function disturbances(ownSchema: string): string {
  return `select c.relname::text as table_name, c.relrowsecurity or c.relforcerowsecurity as row_security, coalesce(t.names, '{}') as triggers, coalesce(r.names, '{}') as rules
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
    left join lateral (
      select pg_catalog.array_agg(t.tgname::text order by t.tgname) as names
      from pg_catalog.pg_trigger t
      where t.tgrelid operator(pg_catalog.=) c.oid and not t.tgisinternal and t.tgenabled operator(pg_catalog.<>) 'D'
        and t.tgname operator(pg_catalog.<>) 'confiture_append_only'
    ) t on true
    left join lateral (
      select pg_catalog.array_agg(r.rulename::text order by r.rulename) as names
      from pg_catalog.pg_rewrite r
      where r.ev_class operator(pg_catalog.=) c.oid and r.ev_enabled operator(pg_catalog.<>) 'D'
    ) r on true
    where n.nspname operator(pg_catalog.=) ${quoteLiteral(ownSchema)} and c.relkind operator(pg_catalog.=) 'r'
      and (c.relrowsecurity or c.relforcerowsecurity or t.names is not null or r.names is not null)`;
}
