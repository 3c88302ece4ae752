import type { Action } from "./action.js";
import { type Graph, isOfDefault, referencesInto } from "./action-graph.js";
import type { ObjectKey } from "./catalog-index.js";
import type { DiffKind } from "./diff-kinds.js";
import { isPartOf } from "./kinds/all-kinds.js";
import { attributePlaces } from "./kinds/attribute-places.js";
import { parentsOf } from "./kinds/inheritance.js";
import type { Sides } from "./kinds/kind-rules.js";

/** What goes has nothing left that needs it, and makes room for what has its name. */
export function edgesOfRemoval(graph: Graph, { subject }: Action, place: number, key: ObjectKey): void {
  const { sides, removers, makers, at, link } = graph;
  for (const dependent of sides.before.dependentsOf(key)) edgesOfDependent(graph, subject.key, place, key, dependent);
  // Rows that refer into a partition keep it from leaving.
  for (const reference of referencesInto(key, sides.before)) link(removers.get(reference), place);
  link(at("rename", subject.key) ?? place, makers.get(key));
}

function edgesOfDependent(graph: Graph, subject: ObjectKey, place: number, key: ObjectKey, dependent: ObjectKey): void {
  const { actions, changes, sides, apart, removers, at, link } = graph;
  if (isOfDefault(dependent, key, apart)) {
    link(at("let go", dependent), place);
    return;
  }
  const remover = removers.get(dependent);
  const removing = remover === undefined ? undefined : actions[remover];
  // What a partition has by its parent's key goes with that while it is attached.
  if (dependent.startsWith("partitions ") && key !== subject && isCopy(key, sides)) return;
  // An inherited column can only go when it is none any more.
  if (removing?.subject.key === dependent && isColumnOfAnother(dependent, key, sides)) {
    const left = leavingOf(dependent, key, graph);
    if (left !== undefined) {
      link(left, remover);
      link(left, place);
      return;
    }
    link(place, remover);
    // It may go with the other, and then what needs it has to be gone before that.
    if (removing.statements.length === 0)
      for (const further of sides.before.dependentsOf(dependent))
        edgesOfDependent(graph, subject, place, dependent, further);
    return;
  }
  // What is a part of both goes with the one that goes first.
  if (removing !== undefined && isCarried(dependent, key, removing, sides)) return;
  link(remover, place);
  // By its old name; a partition goes only when the rows are out of it.
  const rename = at("rename", key) ?? at("rename", subject);
  if (rename !== undefined && removing !== undefined && remover !== place) {
    // What stands aside itself follows the other by its oid.
    if (at("rename", removing.subject.key) !== undefined) return;
    const rows = at("copy", subject);
    if (rows !== undefined && removing.subject.kind === "tables") link(rows, remover);
    else if (!namedAlone.has(removing.subject.kind) || losesAttributes(key, sides)) link(remover, rename);
  }
  // A column that takes the name of its sequence for its identity waits for it.
  if (!sides.after.needsOf(dependent).includes(key) && !key.startsWith("sequences "))
    link(at("alter", dependent), at("rename", key));
  // It lets go by what it becomes, unless it becomes that only with what is made in this one's place.
  if (changes.get(dependent)?.letGo.some(({ needed }) => needed === key) !== true) link(at("alter", dependent), place);
}

/** Dropped by a name that says nothing of what they are made of. */
const namedAlone: ReadonlySet<DiffKind> = new Set([
  "tables",
  "foreignTables",
  "views",
  "materializedViews",
  "sequences",
  "types",
  "indexes",
  "statistics",
]);

/** What names attributes has to be gone before they are. */
function losesAttributes(key: ObjectKey, sides: Sides): boolean {
  const places = key.startsWith("types ") ? attributePlaces(key.slice("types ".length), sides) : undefined;
  return places?.reached === true && places.gone.length > 0;
}

function isColumnOfAnother(column: ObjectKey, other: ObjectKey, { before }: Sides): boolean {
  const [one, two] = [before.entries.get(column), before.entries.get(other)];
  return one?.kind === "columns" && two?.kind === "columns" && one.entry.table !== two.entry.table;
}

function isCopy(key: ObjectKey, { before }: Sides): boolean {
  const part = before.entries.get(key);
  return part?.kind === "constraints" && part.entry.kind === "foreign key" && part.entry.parent !== undefined;
}

/** The action by which the table of an inherited column leaves that of the other, when it does. */
function leavingOf(column: ObjectKey, above: ObjectKey, { sides, removers, at }: Graph): number | undefined {
  const [part, whole] = [sides.before.entries.get(column), sides.before.entries.get(above)];
  if (part?.kind !== "columns" || whole?.kind !== "columns") return undefined;
  const { table } = part.entry;
  const detached = removers.get(`partitions ${table} of ${whole.entry.table}`);
  if (detached !== undefined || parentsOf(table, sides.after).includes(whole.entry.table)) return detached;
  return at("alter", `tables ${table}`);
}

function isCarried(dependent: ObjectKey, whole: ObjectKey, { subject }: Action, { before }: Sides): boolean {
  const part = before.entries.get(dependent);
  if (part === undefined || subject.key === dependent) return false;
  return (part.kind === "partitions" && !whole.startsWith("tables ")) || isPartOf(part, whole, before);
}
