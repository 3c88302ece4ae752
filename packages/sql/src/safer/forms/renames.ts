import { type Relation, relationName } from "../../effects/picture/relation.js";
import { stringOf } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { alreadySafe, none, own, type SaferDraft, type StepDraft } from "../safer-answer.js";
import { readTarget, type SaferContext, type Target } from "../safer-context.js";

const viewCaveats = [
  "The view stands in for the table until the second migration: what a view cannot do fails meanwhile (TRUNCATE, COPY … FROM, ON CONFLICT ON CONSTRAINT, LOCK TABLE of the rows' table alone).",
  "Rows are reached with the rights of the view's owner: policies of row level security are not applied to those who come through it, unless PostgreSQL 15's security_invoker is set.",
];

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
  return isTable ? renameTable(target, relation, to, context) : renameColumn(target, relation, to, context);
}

function renameTable(target: Target, relation: Relation, to: string, context: SaferContext): SaferDraft {
  const columns = [...relation.columns.keys()].join(", ");
  const view = `create view ${target.sql} as select ${columns} from ${relation.schema}.${to}`;
  return {
    kind: "safer",
    steps: [
      own(
        [`alter table ${target.sql} rename to ${to}`, view, ...rightsOf(relation, target.sql, context)].join(";\n"),
        "From here on both names work: the old one is a view through which rows are read and written.",
      ),
      { ...own(`drop view ${target.sql}`, "Nobody uses the old name any more."), when: "later" },
    ],
    because: `Running code that says ${target.sql} fails the moment the table is called ${to}.`,
    caveats: viewCaveats,
  };
}

/** The table steps aside; a view of its name shows the column under both names. */
function renameColumn(target: Target, relation: Relation, to: string, context: SaferContext): SaferDraft {
  const from = quoteIdentifier(stringOf(context.fields.subname) ?? "");
  const aside = context.names.relation(target.schema, target.bare, undefined, "renaming");
  const names = [...relation.columns.keys()].map((column) => (column === from ? to : column));
  const steps: readonly StepDraft[] = [
    own(
      [
        `alter table ${target.sql} rename to ${aside}`,
        `alter table ${target.schema}.${aside} rename column ${from} to ${to}`,
        `create view ${target.sql} as select ${names.join(", ")}, ${to} as ${from} from ${target.schema}.${aside}`,
        ...rightsOf(relation, target.sql, context),
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
    caveats: [...viewCaveats, `One statement may write ${to} or ${from}, not both.`],
  };
}

/** The view is owned and granted as the table is. */
function rightsOf(relation: Relation, view: string, { catalog }: SaferContext): readonly string[] {
  const grants = (catalog?.grants ?? [])
    .filter(({ on, grantor }) => on.kind === "table" && on.name === relationName(relation) && grantor === undefined)
    .flatMap(({ grantee, granted }) => granted.map((right) => grantOf(right, view, grantee)));
  return [...(relation.owner === undefined ? [] : [`alter view ${view} owner to ${relation.owner}`]), ...grants];
}

function grantOf(right: string, view: string, grantee: string): string {
  const suffix = " with grant option";
  const isGrantable = right.endsWith(suffix);
  const name = (isGrantable ? right.slice(0, -suffix.length) : right).toLowerCase();
  return `grant ${name} on ${view} to ${grantee}${isGrantable ? suffix : ""}`;
}
