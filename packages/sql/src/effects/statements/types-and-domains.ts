import type { OperationKind } from "@confiture/model";
import { fieldsIn, fieldsOf, isFields, listOf, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { nameFromParts, relationName as nameOfRangeVar } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { spellType } from "../column-types/spell-type.js";
import { resolveType } from "../column-types/type-name.js";
import type { EffectDraft } from "../effect-draft.js";
import { FreeNames, plainName } from "../names/free-names.js";
import { hasStorage, relationName } from "../picture/relation.js";
import { splitName } from "../picture/spelled-name.js";
import type { StatementContext } from "../statement-context.js";

export function createType(kind: "enum" | "composite type" | "range" | "base type") {
  return (fields: TreeFields, context: StatementContext): void => {
    const name = kind === "composite type" ? nameOfRangeVar(fields.typevar) : nameFromParts(listOf(fields.typeName));
    const key = `${context.picture.creationSchema(name?.schema)}.${quoteIdentifier(name?.name ?? "")}`;
    context.begin("create_type", { kind, name: key });
    const attributes = kind === "composite type" ? { attributes: attributesOf(fields, context) } : {};
    context.picture.types.set(key, { kind, notNull: false, checks: new Map(), ...attributes });
  };
}

function attributesOf(fields: TreeFields, { picture }: StatementContext): Map<string, string> {
  return new Map(
    fieldsIn(fields.coldeflist, "ColumnDef").map(({ colname, typeName }) => [
      quoteIdentifier(stringOf(colname) ?? ""),
      isFields(typeName) ? spellType(typeName, picture) : "",
    ]),
  );
}

export function createDomain(fields: TreeFields, context: StatementContext): void {
  const name = nameFromParts(listOf(fields.domainname));
  const key = `${context.picture.creationSchema(name?.schema)}.${quoteIdentifier(name?.name ?? "")}`;
  context.begin("create_domain", { kind: "domain", name: key });
  const constraints = listOf(fields.constraints).map((one) => fieldsOf(one, "Constraint"));
  const checks = constraints.filter((one) => one?.contype === "CONSTR_CHECK");
  const base = isFields(fields.typeName) ? resolveType(fields.typeName, context.picture) : undefined;
  const own = constraints.find((one) => one?.contype === "CONSTR_DEFAULT")?.raw_expr;
  const value = own ?? (base?.isArray === true ? undefined : base?.user?.default);
  const made = new Map<string, boolean>();
  context.picture.types.set(key, {
    kind: "domain",
    notNull: constraints.some((one) => one?.contype === "CONSTR_NOTNULL"),
    checks: made,
    ...(isFields(fields.typeName) ? { baseType: spellType(fields.typeName, context.picture) } : {}),
    ...(value === undefined ? {} : { default: value }),
  });
  for (const one of checks) made.set(checkName(key, stringOf(one?.conname), context), true);
}

const domainKinds: Readonly<Record<string, OperationKind>> = {
  T: "set_domain_default",
  N: "drop_domain_not_null",
  O: "set_domain_not_null",
  C: "add_domain_constraint",
  X: "drop_domain_constraint",
  V: "validate_domain_constraint",
};

/** ALTER DOMAIN: what its values must be is looked up in every table with a column of it. */
export function alterDomain(fields: TreeFields, context: StatementContext): void {
  const subtype = stringOf(fields.subtype) ?? "";
  const name = nameFromParts(listOf(fields.typeName)) ?? { name: "" };
  const found = context.picture.findType(name);
  const key = found?.key ?? quoteQualified(name);
  const draft = context.begin(domainKinds[subtype] ?? "unclassified", { kind: "domain", name: key });
  if (domainKinds[subtype] === undefined) draft.isUnknown = true;
  const constraint = fieldsOf(fields.def, "Constraint");
  const isNotNull = subtype === "O" || constraint?.contype === "CONSTR_NOTNULL";
  const looks = isNotNull || subtype === "V" || (subtype === "C" && constraint?.skip_validation !== true);
  const isSettled = found !== undefined && isNotNull && found.type.notNull;
  if (looks && !isSettled) readTablesWith(draft, key, found === undefined, isNotNull, context);
  if (found === undefined) return;
  const own = checkName(found.key, stringOf(constraint?.conname) ?? stringOf(fields.name), context);
  if (isNotNull) found.type.notNull = true;
  else if (subtype === "N") found.type.notNull = false;
  else if (subtype === "C") found.type.checks.set(own, constraint?.skip_validation !== true);
  else if (subtype === "X") found.type.checks.delete(own);
  else if (subtype !== "T") return;
  else if (fields.def === undefined) delete found.type.default;
  else found.type.default = fields.def;
}

function readTablesWith(
  draft: EffectDraft,
  domain: string,
  isUnknown: boolean,
  isNotNull: boolean,
  context: StatementContext,
): void {
  if (isUnknown) draft.assume(`no column is of the domain ${domain}: every table with one is locked SHARE and read`);
  const names = domainsOver(domain, context);
  for (const relation of context.picture.relations.values()) {
    const isOfIt = [...relation.columns.values()].some(({ type }) => type !== undefined && names.has(type));
    if (!isOfIt || !hasStorage(relation)) continue;
    draft.lock(relation, "ShareLock").scan(relation, isNotNull ? "not_null" : "check");
    for (const column of relation.columns.values()) {
      if (isNotNull && column.type !== undefined && names.has(column.type))
        draft.requires.push({ kind: "not_null", relation: relationName(relation), column: column.name });
    }
  }
}

/** A domain and the domains over it. */
function domainsOver(domain: string, context: StatementContext): ReadonlySet<string> {
  const names = new Set([domain]);
  for (const name of names) {
    for (const [other, type] of context.picture.types) if (type.baseType === name) names.add(other);
  }
  return names;
}

/** As written, or as PostgreSQL chooses it. */
function checkName(domain: string, written: string | undefined, { picture }: StatementContext): string {
  if (written !== undefined) return quoteIdentifier(written);
  const { schema, bare } = splitName(domain);
  return new FreeNames(picture).constraint(schema, plainName(bare), undefined, "check");
}

/** ALTER TYPE … ADD VALUE and RENAME VALUE. */
export function alterEnum(fields: TreeFields, context: StatementContext): void {
  const name = nameFromParts(listOf(fields.typeName)) ?? { name: "" };
  const isRename = stringOf(fields.oldVal) !== undefined;
  context.begin(isRename ? "rename_enum_value" : "add_enum_value", {
    kind: "enum",
    name: context.picture.findType(name)?.key ?? quoteQualified(name),
  });
}
