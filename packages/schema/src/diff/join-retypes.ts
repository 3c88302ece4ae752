import type { Action } from "./action.js";
import type { DiffEntry } from "./catalog-index.js";
import { groupBy } from "./group-by.js";
import { alterTable } from "./kinds/columns.js";
import type { Sides } from "./kinds/kind-rules.js";

/**
 * Columns of one table that change their types one after another do it in one statement: the table is rewritten once for
 * all of them. What leads up to a change of type stays before it, and what follows behind it.
 */
export function joinRetypes(actions: readonly Action[], sides: Sides): readonly Action[] {
  const runs = new Map<Action, number>();
  actions.forEach((action, place) => {
    const previous = actions[place - 1];
    const goesOn = previous !== undefined && tableAltered(action) !== undefined && isSameTable(previous, action);
    runs.set(action, goesOn ? runs.get(previous)! : place);
  });
  return [...groupBy(actions, (action) => runs.get(action)).values()].flatMap((run) => joinRun(run, sides));
}

function isSameTable(one: Action, other: Action): boolean {
  return tableAltered(one) === tableAltered(other);
}

/** Of what is done to a column without regard to others: an expression may wait for the type of another column. */
function tableAltered({ verb, subject }: Action): string | undefined {
  if (verb !== "alter" || subject.kind !== "columns" || subject.entry.generated !== undefined) return undefined;
  return subject.entry.table;
}

function joinRun(actions: readonly Action[], sides: Sides): readonly Action[] {
  const [first] = actions;
  if (first === undefined || tableAltered(first) === undefined) return actions;
  const parts = actions.map((action) => partsOf(action, sides));
  const clauses = parts.flatMap(({ clause }) => clause ?? []);
  const table = sides.after.tableOf(tableAltered(first) ?? "");
  if (clauses.length < 2 || table === undefined) return actions;
  const joined = `${alterTable({ table: table.name }, sides.after)}\n  ${clauses.join(",\n  ")}`;
  return [
    ...parts.map(({ action, before }) => ({ ...action, statements: before })),
    { ...first, subject: table as DiffEntry, statements: [joined], provides: [] },
    ...parts.map(({ action, behind }) => ({ ...action, statements: behind })),
  ].filter(({ statements }) => statements.length > 0);
}

interface Parts {
  readonly action: Action;
  readonly before: readonly string[];
  /** How ALTER TABLE changes the type; absent where that stays. */
  readonly clause?: string;
  readonly behind: readonly string[];
}

function partsOf(action: Action, sides: Sides): Parts {
  const { subject, statements } = action;
  if (subject.kind !== "columns") return { action, before: statements, behind: [] };
  const alter = `${alterTable(subject.entry, sides.after)} `;
  const column = `alter column ${subject.entry.column}`;
  const place = statements.findIndex((sql) =>
    [`${column} type `, `${column} drop default, ${column} type `].some((words) => sql.startsWith(alter + words)),
  );
  if (place < 0) return { action, before: statements, behind: [] };
  return {
    action,
    before: statements.slice(0, place),
    clause: statements[place]!.slice(alter.length),
    behind: statements.slice(place + 1),
  };
}
