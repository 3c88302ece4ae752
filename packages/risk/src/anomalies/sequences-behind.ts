import type { Anomaly } from "@confiture/model";
import type { BoundedQueries } from "../ask/bounded-queries.js";
import { quoteLiteral } from "../ask/quote-literal.js";
import type { AnomaliesFound, SearchScope } from "./search-scope.js";

interface OwnedSequence {
  readonly sequence: string;
  readonly table: string;
  readonly column: string;
  /** How the largest number that is used is asked for, all names quoted. */
  readonly largest: string;
  readonly next: string;
  readonly readable: boolean;
}

/** A text with this many subqueries plans in a few milliseconds. */
const together = 50;

/**
 * Sequences whose next number a row already has: the next insert fails. Asked only where an index answers for the
 * largest number at once, and where this role may read both.
 */
export async function findSequencesBehind(queries: BoundedQueries, scope: SearchScope): Promise<AnomaliesFound> {
  const what = "sequences behind their columns";
  const all = await queries.ask<OwnedSequence>(ownedSequencesQuery(scope.resolved.oidArray));
  if (all.kind === "refused") return { anomalies: [], notInspected: [`${what}: ${all.because}`] };
  const owned = all.rows.filter(({ readable }) => readable);
  const anomalies: Anomaly[] = [];
  const unseen = new Map<string, number>();
  if (owned.length < all.rows.length) unseen.set("this role may not read them", all.rows.length - owned.length);
  for (let from = 0; from < owned.length; from += together) {
    const some = owned.slice(from, from + together);
    const timeoutMs = scope.budget.next();
    const query = some.map(behindQuery).join("\nunion all ");
    const answer =
      timeoutMs === 0
        ? undefined
        : await queries.ask<{ sequence: string; behind: string }>(query, { timeoutMs, names: "caller" });
    if (answer?.kind !== "answered") {
      const because = answer?.because ?? "the time for all checks was used up";
      unseen.set(because, (unseen.get(because) ?? 0) + some.length);
      continue;
    }
    for (const { sequence, behind } of answer.rows) {
      const one = some.find((candidate) => candidate.sequence === sequence)!;
      anomalies.push({
        name: "sequence_behind",
        severity: "critical",
        object: sequence,
        evidence: { table: one.table, column: one.column, behindBy: Number(behind) },
        query: behindQuery(one),
      });
    }
  }
  return { anomalies, notInspected: [...unseen].map(([because, count]) => `${what}, ${count} of them: ${because}`) };
}

function behindQuery({ sequence, largest, next }: OwnedSequence): string {
  return `select ${quoteLiteral(sequence)} as sequence, (largest - next + 1)::text as behind from (select (${largest})::numeric as largest, (${next})::numeric as next) s where largest >= next`;
}

function ownedSequencesQuery(oidArray: string): string {
  return `
select format('%I.%I', n.nspname, c.relname) as sequence, format('%I.%I', tn.nspname, t.relname) as table,
  quote_ident(a.attname) as column,
  format('select pg_catalog.max(%I) from %I.%I', a.attname, tn.nspname, t.relname) as largest,
  format('select last_value + is_called::int * %s from %I.%I', s.seqincrement, n.nspname, c.relname) as next,
  case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'SELECT') end and has_column_privilege(t.oid, a.attnum, 'SELECT')
    as readable
from pg_depend d
join pg_class c on c.oid = d.objid and c.relkind = 'S'
join pg_namespace n on n.oid = c.relnamespace
join pg_sequence s on s.seqrelid = c.oid
join pg_class t on t.oid = d.refobjid
join pg_namespace tn on tn.oid = t.relnamespace
join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
  and d.refobjid = any (${oidArray}) and s.seqincrement > 0
  and exists (select from pg_index i where i.indrelid = t.oid and i.indisvalid and i.indkey[0] = a.attnum and i.indpred is null)
order by 1`;
}
