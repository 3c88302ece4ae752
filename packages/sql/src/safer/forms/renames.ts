import type { CatalogGrant } from "@confiture/model";
import { type Relation, relationName } from "../../effects/picture/relation.js";
import { respell, splitName } from "../../effects/picture/spelled-name.js";
import { stringOf } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { alreadySafe, none, own, type SaferDraft, type StepDraft } from "../safer-answer.js";
import { readTarget, type SaferContext, type Target } from "../safer-context.js";

const standsIn =
  "The view stands in for the table until the second migration: what a view cannot do fails meanwhile (TRUNCATE, COPY … FROM, ON CONFLICT ON CONSTRAINT, LOCK TABLE of the rows' table alone).";
const ownersView =
  "Rows are reached through the view with the rights of its owner: row level security that is switched on meanwhile is not applied to those who come through it.";

/** Since then a view can look at its tables with the rights, and under the policies, of whoever asks. */
const invokerSince = 15;

/**
 * Whose rights count behind the view: those of whoever asks, where that can be. Such a view needs a right to each
 * column it shows, so that it is of no use to those who have rights to some.
 */
function rightsBehind(relation: Relation, { catalog, version }: SaferContext): "invoker" | "owner" | "neither" {
  const name = relationName(relation);
  const isSecured = catalog?.tables.find((one) => respell(one.name) === name)?.rowSecurity === true;
  const toSome = catalog?.grants.some(({ on }) => on.kind === "column" && splitName(on.name).schema === name) === true;
  if (version >= invokerSince && !toSome) return "invoker";
  return isSecured ? "neither" : "owner";
}

interface OldName {
  readonly context: SaferContext;
  readonly target: Target;
  readonly relation: Relation;
  /** New, as SQL. */
  readonly to: string;
  readonly rights: "invoker" | "owner";
}

function viewCaveats({ rights }: OldName): readonly string[] {
  return rights === "invoker" ? [standsIn] : [standsIn, ownersView];
}

function createView({ target, rights }: OldName): string {
  return `create view ${target.sql}${rights === "invoker" ? " with (security_invoker = true)" : ""} as`;
}

/** RENAME of a table or a column: the old name stays usable through a view until no running code needs it. */
export function saferRename(context: SaferContext): SaferDraft {
  const { fields } = context;
  const isTable = fields.renameType === "OBJECT_TABLE";
  const isColumn = fields.renameType === "OBJECT_COLUMN" && fields.relationType === "OBJECT_TABLE";
  if (!isTable && !isColumn) return alreadySafe("It is done in a moment, and reads and writes no rows.");
  const target = readTarget(fields.relation, context);
  const to = quoteIdentifier(stringOf(fields.newname) ?? "");
  const { relation } = target;
  if (relation === undefined || relation.columns.size === 0) {
    return none("the table's columns are not known, which a view has to name: pass a catalog");
  }
  if (relation.kind !== "table" && relation.kind !== "partitioned table") {
    return alreadySafe("It is done in a moment, and nobody stores rows in it.");
  }
  if (relation.partition !== undefined)
    return alreadySafe("Rows reach a partition through its parent, whose name stays.");
  const inTheWay = whyNotInFile(target, isTable ? `${relation.schema}.${to}` : target.sql, context);
  if (inTheWay !== undefined) return none(inTheWay);
  const rights = rightsBehind(relation, context);
  if (rights === "neither") {
    return none(
      `a view would show everybody all rows of ${target.sql}, past its row level security (before PostgreSQL 15, or where somebody has rights to some columns alone); the rename is done in a moment, so do it while no running code needs the old name`,
    );
  }
  const given: OldName = { context, target, relation, to, rights };
  return isTable ? renameTable(given) : renameColumn(given);
}

/** A view under the old name stands from here to the second migration: what the file does besides has to bear it. */
function whyNotInFile({ sql, relation }: Target, renamed: string, { course }: SaferContext): string | undefined {
  if (relation !== undefined && course.isChanged(relation)) {
    return `statements before it change ${sql}, of which the catalog then no longer tells who has which rights: put it into a file of its own`;
  }
  if (course.isUsedLater(sql) || course.isChangedLater(renamed)) {
    return `statements behind it work on ${renamed}, or need the name ${sql}, and would find a view: put it into a file of its own`;
  }
  return undefined;
}

function renameTable(given: OldName): SaferDraft {
  const { context, target, relation, to } = given;
  const columns = [...relation.columns.keys()].join(", ");
  const view = `${createView(given)} select ${columns} from ${relation.schema}.${to}`;
  const rights = rightsOf(relation, (column) => [column], context);
  return {
    kind: "safer",
    steps: [
      own(
        [`alter table ${target.sql} rename to ${to}`, view, ...rights].join(";\n"),
        "From here on both names work: the old one is a view through which rows are read and written.",
      ),
      { ...own(`drop view ${target.sql}`, "Nobody uses the old name any more."), when: "later" },
    ],
    because: `Running code that says ${target.sql} fails the moment the table is called ${to}.`,
    caveats: viewCaveats(given),
  };
}

/** The table steps aside; a view of its name shows the column under both names. */
function renameColumn(given: OldName): SaferDraft {
  const { context, target, relation, to } = given;
  const from = quoteIdentifier(stringOf(context.fields.subname) ?? "");
  const aside = context.names.relation(target.schema, target.bare, undefined, "renaming");
  const names = [...relation.columns.keys()].map((column) => (column === from ? to : column));
  const steps: readonly StepDraft[] = [
    own(
      [
        `alter table ${target.sql} rename to ${aside}`,
        `alter table ${target.schema}.${aside} rename column ${from} to ${to}`,
        `${createView(given)} select ${names.join(", ")}, ${to} as ${from} from ${target.schema}.${aside}`,
        ...rightsOf(relation, (column) => (column === from ? [to, from] : [column]), context),
      ].join(";\n"),
      "From here on the column is read and written under both names, through a view that has the table's name.",
    ),
    {
      ...own(
        `drop view ${target.sql};\nalter table ${target.schema}.${aside} rename to ${quoteIdentifier(target.bare)}`,
        "Nobody uses the old name any more: the table takes its place again.",
      ),
      when: "later",
    },
  ];
  return {
    kind: "safer",
    steps,
    because: `Running code that says ${from} fails the moment the column is called ${to}.`,
    caveats: [...viewCaveats(given), `One statement may write ${to} or ${from}, not both.`],
  };
}

/** The view is owned and granted as the table is, whatever default privileges would give it. */
function rightsOf(
  relation: Relation,
  inView: (column: string) => readonly string[],
  { catalog }: SaferContext,
): readonly string[] {
  const view = relationName(relation);
  const { owner } = relation;
  const given = new Set(
    (catalog?.defaultPrivileges ?? [])
      .filter(
        ({ objects, schema }) => objects === "tables" && (schema === undefined || respell(schema) === relation.schema),
      )
      .map(({ grantee }) => grantee),
  );
  const grants = (catalog?.grants ?? []).flatMap((one) => grantsLike(one, view, inView));
  return [
    ...(owner === undefined ? [] : [`alter view ${view} owner to ${owner}`]),
    ...[...given].map((grantee) => `revoke all on ${view} from ${grantee}`),
    ...(given.size === 0 || owner === undefined ? [] : [`grant all on ${view} to ${owner}`]),
    ...grants,
  ];
}

/** What a grant on the table, or on a column of it, is for the view. Whoever gave it, the owner gives it now. */
function grantsLike(
  { on, grantee, granted, revoked }: CatalogGrant,
  view: string,
  inView: (column: string) => readonly string[],
): readonly string[] {
  if (on.kind === "table" && respell(on.name) === view) {
    return [
      ...revoked.map((right) => `revoke ${grantOf(right).privilege} on ${view} from ${grantee}`),
      ...granted.map((right) => `grant ${grantOf(right).privilege} on ${view} to ${grantee}${grantOf(right).option}`),
    ];
  }
  const { schema: table, bare: column } = splitName(on.name);
  if (on.kind !== "column" || table !== view) return [];
  const columns = inView(column).join(", ");
  return granted.map(
    (right) => `grant ${grantOf(right).privilege} (${columns}) on ${view} to ${grantee}${grantOf(right).option}`,
  );
}

function grantOf(right: string): { readonly privilege: string; readonly option: string } {
  const option = " with grant option";
  const isGrantable = right.endsWith(option);
  const privilege = (isGrantable ? right.slice(0, -option.length) : right).toLowerCase();
  return { privilege, option: isGrantable ? option : "" };
}
