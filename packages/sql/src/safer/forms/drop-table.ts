import { type Constraint, type Relation, relationName } from "../../effects/picture/relation.js";
import { listOf } from "../../parse/parse-tree.js";
import { nameFromObject } from "../../parse/read-names.js";
import { alreadySafe, own, type SaferDraft } from "../safer-answer.js";
import type { SaferContext } from "../safer-context.js";

interface ForeignKey {
  readonly from: Relation;
  readonly to: Relation;
  readonly key: Constraint;
}

/** DROP TABLE: its foreign keys go first, one at a time, so that no two tables are locked at once for longer than that. */
export function saferDropTable(context: SaferContext): SaferDraft {
  const { fields, picture, cut } = context;
  const dropped = listOf(fields.objects).flatMap(
    (object) => picture.find(nameFromObject(object) ?? { name: "" }) ?? [],
  );
  const keys = dropped.flatMap((table) => keysOf(table, fields.behavior === "DROP_CASCADE"));
  const toOthers = keys.filter(({ from, to }) => !dropped.includes(from) || !dropped.includes(to));
  if (toOthers.length === 0) {
    return alreadySafe(
      context.catalog === undefined
        ? "It is done in a moment; whether foreign keys tie it to other tables, only a catalog tells."
        : "It is done in a moment, and no foreign key ties it to another table.",
    );
  }
  const others = new Set(toOthers.map(({ from, to }) => relationName(dropped.includes(from) ? to : from)));
  return {
    kind: "safer",
    steps: [
      ...toOthers.map(({ from, key }) =>
        own(
          `alter table ${relationName(from)} drop constraint ${key.name}`,
          "Locks the two tables of one foreign key for a moment; run it with a lock_timeout, and again when that fires.",
        ),
      ),
      own(cut.text.trim(), "Locks nothing but what is dropped."),
    ],
    because: `DROP TABLE waits for ACCESS EXCLUSIVE on ${[...others].join(", ")} too, all at once with its own, because of foreign keys.`,
    caveats: [],
  };
}

/** Keys of its own that are not a parent's; with CASCADE those that refer to it as well. */
function keysOf(table: Relation, cascades: boolean): readonly ForeignKey[] {
  const own = [...table.constraints.values()].flatMap((key) =>
    key.kind === "foreign key" && key.references !== undefined && !key.fromParent
      ? [{ from: table, to: key.references, key }]
      : [],
  );
  const incoming = [...table.referencedBy].filter(({ key }) => !key.fromParent);
  return [...own, ...(cascades ? incoming.map(({ from, key }) => ({ from, to: table, key })) : [])].filter(
    ({ from, to }) => from !== to,
  );
}
