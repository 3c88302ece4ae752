import type { Action } from "./action.js";
import type { DiffEntry } from "./catalog-index.js";
import type { Sides } from "./kinds/kind-rules.js";

/** What a column's default is at some point; undefined where nobody knows. */
type Default = { readonly expression: string | undefined } | undefined;

/**
 * Leaves out what takes away a default that is gone already, or sets the one that is there: a default is let go of for
 * several reasons at once.
 */
export function sayDefaultsOnce(actions: readonly Action[], sides: Sides): readonly Action[] {
  const defaults = new Map<string, Default>(
    sides.before.catalog.columns
      .filter(({ generated }) => generated === undefined)
      .map(({ name, default: expression }) => [name, { expression }]),
  );
  return actions.flatMap((action) => {
    const { verb, subject, statements, provides, removes } = action;
    if (verb === "drop" || verb === "rename" || verb === "create") {
      for (const key of [subject.key, ...provides, ...removes]) defaults.delete(key.replace(/^columns /, ""));
      return action;
    }
    if (subject.kind !== "columns") return action;
    const said = statements.flatMap((sql) => {
      const [kept, now] = sayOnce(sql, subject, defaults.get(subject.name), sides);
      defaults.set(subject.name, now);
      if (!isAlone(sql, subject)) for (const name of columnsBelow(subject, sides)) defaults.delete(name);
      return kept;
    });
    return said.length === 0 && statements.length > 0 ? [] : { ...action, statements: said };
  });
}

/** The statement without what is so already, and the default behind it. */
function sayOnce(
  sql: string,
  { entry }: DiffEntry<"columns">,
  now: Default,
  { after }: Sides,
): readonly [kept: readonly string[], then: Default] {
  const words = tableWords(entry.table).find((start) => sql.startsWith(start));
  const column = `alter column ${entry.column}`;
  if (words === undefined || !sql.startsWith(`${words}${column} `)) return [[sql], now];
  const change = sql.slice(words.length);
  const none: Default = { expression: undefined };
  const isNone = now !== undefined && now.expression === undefined;
  if (change === `${column} drop default`) return [isNone ? [] : [sql], none];
  const set = `${column} set default `;
  if (change.startsWith(set)) {
    const expression = change.slice(set.length);
    return [now?.expression === expression ? [] : [sql], { expression }];
  }
  const dropped = `${column} drop default, `;
  const isDropped = change.startsWith(dropped);
  const rest = isDropped ? change.slice(dropped.length) : change;
  if (!rest.startsWith(`${column} type `)) return [[sql], now];
  const wanted = after.find("columns", entry.name)?.default;
  const isSet = wanted !== undefined && rest.endsWith(`, ${set}${wanted}`);
  // A default that stays is brought to the new type in words of the server's own.
  const then = isSet ? { expression: wanted } : isDropped || isNone ? none : undefined;
  return [[isDropped && isNone ? words + rest : sql], then];
}

function tableWords(table: string): readonly string[] {
  return [`alter table ${table} `, `alter table only ${table} `, `alter foreign table ${table} `];
}

function isAlone(sql: string, { entry }: DiffEntry<"columns">): boolean {
  return sql.startsWith(`alter table only ${entry.table} `);
}

/** What is done to a column of a parent is done to those below. */
function columnsBelow({ entry }: DiffEntry<"columns">, { before, after }: Sides): readonly string[] {
  const seen = new Set<string>();
  const waiting = [entry.table];
  for (let table = waiting.pop(); table !== undefined; table = waiting.pop()) {
    const children = [...before.childrenOf(table), ...after.childrenOf(table)].filter((child) => !seen.has(child));
    for (const child of children) seen.add(child);
    waiting.push(...children);
  }
  return [...seen].map((table) => `${table}.${entry.column}`);
}
