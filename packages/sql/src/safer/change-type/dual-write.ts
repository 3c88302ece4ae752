import type { Trigger } from "../../effects/picture/relation.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { quoteLiteral } from "../../write/quote-literal.js";
import type { PartInput } from "../alter-table/part.js";
import { plainName } from "../safer-context.js";
import { dollarQuoted } from "../text/dollar-quoted.js";
import { isBefore } from "../why-not-fillable.js";
import type { ShadowColumn } from "./shadow-column.js";

/** The trigger that gives both columns the value of each row that is written, and its function, which has its name. */
export interface DualWrite {
  /** As SQL. */
  readonly trigger: string;
  readonly function: string;
}

/** Triggers run in the order of their names, by bytes. */
const prefixes = ["zz_confiture", "~_confiture", "~~~~_confiture"];

/**
 * Names for them that are free, and behind every trigger that may change the row before: what that one writes would be
 * missing in the new column. Or the one that none comes behind.
 */
export function dualWriteOf(
  { table, column }: ShadowColumn,
  { picture, names }: PartInput["context"],
): DualWrite | { readonly last: string } {
  const changers = [...table.triggers.values()].filter((one) => isBefore(one, "insert", "update"));
  const isTaken = (name: string) =>
    table.triggers.has(quoteIdentifier(name)) || picture.functions.has(`${table.schema}.${quoteIdentifier(name)}`);
  let last: string | undefined;
  for (const prefix of prefixes) {
    const name = names.passing(`${prefix}_${plainName(table.bare)}`, plainName(column), "both", isTaken);
    last = changers.find((one) => !isBehind(plainName(name), one))?.name;
    if (last === undefined) return { trigger: name, function: `${table.schema}.${name}` };
  }
  return { last: last ?? "" };
}

function isBehind(name: string, { name: other }: Trigger): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(plainName(other))) > 0;
}

/**
 * Whoever writes the table, with whatever settings: names and values mean what they mean to the statement itself. ALWAYS,
 * because the workers of logical replication and `session_replication_role` pass over other triggers.
 */
export function beginDualWrite(shadow: ShadowColumn, dual: DualWrite, { context, target }: PartInput): string {
  const { sql, using, column } = shadow;
  const assign =
    using === undefined
      ? `new.${shadow.shadow} := new.${column};`
      : `select ${using} into new.${shadow.shadow} from (select new.*) ${alias(target.bare)};`;
  // USING speaks of columns, whatever else has such a name.
  const body = `\n#variable_conflict use_column\nbegin\n  ${assign}\n  return new;\nend\n`;
  const path = [...context.picture.searchPath.filter((schema) => schema !== "pg_temp"), "pg_temp"].join(", ");
  const rights = using === undefined ? "" : " security definer";
  return [
    `create function ${dual.function}() returns trigger language plpgsql${rights}
  set search_path = ${path}
  ${conversionSettings.map((setting) => `set ${setting} from current`).join(" ")}
  as ${dollarQuoted(body)}`,
    ...(using === undefined ? [] : [`revoke all on function ${dual.function}() from public`]),
    `create trigger ${dual.trigger} before insert or update on ${sql}
  for each row execute function ${dual.function}()`,
    `alter table ${sql} enable always trigger ${dual.trigger}`,
  ].join(";\n");
}

/** What the result of a conversion may depend on. */
const conversionSettings = ["timezone", "datestyle", "intervalstyle", "bytea_output", "extra_float_digits"];

function alias(bare: string): string {
  return `"${bare.replaceAll('"', '""')}"`;
}

/** Fails when somebody switched the trigger off on the way, or put one behind it: then the columns may differ. */
export function endDualWrite({ sql, shadow }: ShadowColumn, dual: DualWrite): readonly string[] {
  const name = quoteLiteral(plainName(dual.trigger));
  const message = `${sql}.${plainName(shadow)} may not have what was written meanwhile`;
  const hint = `The trigger ${plainName(dual.trigger)} was switched off, or another one comes behind it: drop the trigger, its function and the column, and begin anew.`;
  return [
    `lock table only ${sql} in access exclusive mode`,
    `do ${dollarQuoted(`
begin
  if not exists (
    select from pg_catalog.pg_trigger
    where tgrelid = ${quoteLiteral(sql)}::regclass and tgname = ${name} and tgenabled = 'A')
  or exists (
    select from pg_catalog.pg_trigger
    where tgrelid = ${quoteLiteral(sql)}::regclass and tgname > ${name} and not tgisinternal
      -- For each row, BEFORE, INSERT or UPDATE.
      and tgtype & 3 = 3 and tgtype & 20 <> 0) then
    raise exception using errcode = 'object_not_in_prerequisite_state', message = ${quoteLiteral(message)},
      hint = ${quoteLiteral(hint)};
  end if;
end
`)}`,
    `drop trigger ${dual.trigger} on ${sql}`,
    `drop function ${dual.function}()`,
  ];
}
