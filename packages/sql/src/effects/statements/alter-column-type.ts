import { fieldsOf, isFields } from "../../parse/parse-tree.js";
import { isAssignable } from "../column-types/assignable.js";
import { spellType } from "../column-types/spell-type.js";
import { castsOfColumn, changeOfType, resolveSteps } from "../column-types/type-change.js";
import { type ColumnType, parseType, resolveType } from "../column-types/type-name.js";
import { isShiftByUtc, keepsValues } from "../column-types/values-kept.js";
import type { EffectDraft } from "../effect-draft.js";
import { behindUsing } from "../expressions-in-text.js";
import { shapeOf } from "../picture/index-shape.js";
import { hasStorage, isPartitioned, type Relation, relationName, withPartitions } from "../picture/relation.js";
import type { StatementContext } from "../statement-context.js";
import { joinIndexes } from "./join-indexes.js";
import { lockTreeOf } from "./lock-tree.js";
import { namedBy, type Subcommand } from "./subcommand.js";

export function alterColumnType(subcommand: Subcommand): void {
  const { context, relation, command, kind } = subcommand;
  const { picture, grammar } = context;
  const name = namedBy(command);
  const draft = context.beginOn(kind, relation, name);
  const tree = lockTreeOf(subcommand, draft);
  const definition = fieldsOf(command.def, "ColumnDef") ?? {};
  if (!isFields(definition.typeName)) return;
  const next = resolveType(definition.typeName, picture);
  const collation = fieldsOf({ CollateClause: definition.collClause ?? {} }, "CollateClause")?.collname;
  const spelled = spellType(definition.typeName, picture);
  const using =
    definition.raw_default === undefined ? undefined : behindUsing(context.text, Number(definition.location ?? 0));
  for (const one of tree) {
    const column = one.columns.get(name);
    const old = column?.type === undefined ? undefined : parseType(column.type, picture, grammar);
    const casts = definition.raw_default === undefined ? [] : castsOfColumn(definition.raw_default, name);
    if (old === undefined) assumeRewrite(draft, one, name);
    // ALTER TABLE has the sequence follow the type, also where it is the same one.
    if (column?.identity !== undefined) draft.lock(column.identity, "ShareRowExclusiveLock").swapFile(column.identity);
    const change =
      old === undefined || casts === undefined
        ? { rewrites: true, keepsIndexes: false, assumptions: [] }
        : changeOfType(old, [...resolveSteps(casts, picture), next], picture, grammar);
    for (const assumption of change.assumptions) draft.assume(assumption);
    if (old !== undefined && casts !== undefined)
      refuseUnassigned(draft, [old, ...resolveSteps(casts, picture)], next, context);
    if (change.rewrites) draft.rewrite(one);
    if (old === undefined)
      draft.assume(`no value of ${relationName(one)}.${name} loses anything on its way to ${spelled}`);
    else if (change.rewrites && one === relation && !relation.bornHere) {
      const isKept =
        casts === undefined
          ? isShiftByUtc(definition.raw_default, name)
          : keepsValues(old, [...resolveSteps(casts, picture), next], context);
      if (!isKept) draft.lose("values", `${relationName(relation)}.${name}`);
    }
    const sameCollation = collation === undefined ? column?.collation === undefined : false;
    rebuildParts(
      draft,
      one,
      name,
      {
        keepsIndexes: change.keepsIndexes && sameCollation,
        keepsKeys: change.keepsIndexes && !change.rewrites,
        rewrites: change.rewrites,
      },
      context,
    );
    if (change.rewrites && !one.bornHere && hasStorage(one)) {
      const requirement = { kind: "castable", relation: relationName(one), column: name, type: spelled } as const;
      draft.requires.push({ ...requirement, ...(using === undefined ? {} : { using }) });
    }
    if (column !== undefined) {
      column.type = spelled;
      delete column.collation;
    }
  }
  // Behind ON ONLY an index was the partitioned table's alone; made anew it is one of all partitions.
  for (const one of tree) if (isPartitioned(one)) buildOnPartitions(draft, one, name, context);
}

function buildOnPartitions(draft: EffectDraft, parent: Relation, column: string, context: StatementContext): void {
  const indexes = [...parent.indexes].filter((index) => shapeOf(index, context.grammar).uses.has(column));
  for (const child of parent.children) {
    const missing = indexes.filter((index) => ![...child.indexes].some((own) => own.parent === index));
    if (missing.length > 0) joinIndexes(draft, missing, child, context);
  }
}

/** What USING gives, or the old value where there is none, is assigned: that takes a cast made for it. */
function refuseUnassigned(
  draft: EffectDraft,
  steps: readonly ColumnType[],
  next: ColumnType,
  { picture, grammar }: StatementContext,
): void {
  const last = steps.at(-1)!;
  if (isAssignable(last, next, picture, grammar)) return;
  const asked = steps.length === 1 ? "USING" : "a cast behind USING";
  draft.refuse(
    `PostgreSQL does not bring ${wordOf(last)} to ${wordOf(next)} of its own accord, whatever the rows: it asks for ${asked}`,
  );
}

function wordOf({ name, isArray }: ColumnType): string {
  return isArray ? `${name}[]` : name;
}

function assumeRewrite(draft: EffectDraft, relation: Relation, column: string): void {
  draft.assume(`the type of ${relationName(relation)}.${column} is another one, whose bytes cannot stay as they are`);
  draft.assume(`${column} is no identity: its sequence would be locked SHARE ROW EXCLUSIVE and get a new file`);
  draft.assume(`no foreign key stands on ${column}: the tables at both ends would be locked ACCESS EXCLUSIVE`);
}

/**
 * Constraints and indexes with the column are made anew. Checks look at every row; foreign keys when rows were written
 * anew or are compared otherwise now.
 */
function rebuildParts(
  draft: EffectDraft,
  relation: Relation,
  column: string,
  change: { readonly keepsIndexes: boolean; readonly keepsKeys: boolean; readonly rewrites: boolean },
  context: StatementContext,
): void {
  for (const constraint of relation.constraints.values()) {
    const isCheckOfIt = constraint.kind === "check" && constraint.columns.includes(column);
    if (isCheckOfIt && constraint.validated && constraint.enforced) draft.scan(relation, "check");
    const { references } = constraint;
    if (references === undefined || !constraint.columns.includes(column)) continue;
    // The triggers on the other end are made anew; before 15 a partitioned table had none of its own.
    for (const one of withPartitions(references)) {
      const hasTriggers = context.version >= 15 || !isPartitioned(one);
      draft.lock(one, hasTriggers ? "AccessExclusiveLock" : "ShareRowExclusiveLock");
      if (!change.keepsKeys && constraint.validated) draft.scan(relation, "foreign_key").scan(one, "foreign_key");
    }
  }
  for (const { from, key } of relation.referencedBy) {
    if (key.referencedColumns !== undefined && !key.referencedColumns.includes(column)) continue;
    draft.lock(from, "AccessExclusiveLock");
    if (!change.keepsKeys && key.validated) draft.scan(from, "foreign_key").scan(relation, "foreign_key");
  }
  for (const index of relation.indexes) {
    const shape = shapeOf(index, context.grammar);
    if (!shape.uses.has(column)) continue;
    if (change.rewrites) {
      // The index of a partitioned table has no file, and is made anew all the same.
      if (isPartitioned(relation)) draft.lockIndex(index, "AccessExclusiveLock");
      continue;
    }
    // Before PostgreSQL 15 the index of a partition did not keep its file.
    const isReusable = index.parent === undefined || context.version >= 15;
    const canStay = isReusable && change.keepsIndexes && !shape.hasExpressions && shape.where === undefined;
    if (!canStay) draft.build(index, "rebuild").scan(relation, "index_build");
    else draft.lockIndex(index, "AccessExclusiveLock");
  }
}
