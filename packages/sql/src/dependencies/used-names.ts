import type { QualifiedName } from "@confiture/model";
import {
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
  untag,
} from "../parse/parse-tree.js";
import { nameFromObject, nameFromParts, relationName } from "../parse/read-names.js";
import { findOption } from "../parse/read-options.js";
import { nameInText } from "./name-in-text.js";
import type { ObjectKind, UsedName } from "./named-object.js";

/** A part of a tree with the names that WITH gives meaning to there. */
interface Open {
  readonly value: TreeValue;
  readonly withNames: ReadonlySet<string>;
}

/** Every name a statement mentions, with repetitions, and with those it creates itself. */
export function usedNames(tree: TreeValue): readonly UsedName[] {
  const found: UsedName[] = [];
  // Keeps its own stack: trees may be deep.
  const open: Open[] = [{ value: tree, withNames: new Set() }];
  while (open.length > 0) {
    const { value, withNames } = open.pop()!;
    if (Array.isArray(value)) {
      for (const item of value) open.push({ value: item, withNames });
    } else if (isFields(value)) {
      found.push(...namesHere(value, withNames));
      open.push(...partsOf(value, withNames));
    }
  }
  found.push(...namedObjects(tree));
  const own = found.filter(({ schema }) => schema !== "pg_catalog");
  return [
    ...own,
    ...own.flatMap(({ schema }) => (schema === undefined ? [] : [{ kind: "schema", name: schema } as const])),
  ];
}

/** The parts of a node. Behind WITH, its names hide relations; within it, each sees those before it. */
function partsOf(fields: TreeFields, outer: ReadonlySet<string>): readonly Open[] {
  const clause = isFields(fields.withClause) ? fields.withClause : undefined;
  if (clause === undefined) {
    return Object.values(fields).map((value) => ({ value: value as TreeValue, withNames: outer }));
  }
  const expressions = listOf(clause.ctes);
  const names = expressions.map((one) => stringOf(fieldsOf(one, "CommonTableExpr")?.ctename) ?? "");
  const all = new Set([...outer, ...names]);
  const within = expressions.map((value, index) => ({
    value,
    withNames: clause.recursive === true ? all : new Set([...outer, ...names.slice(0, index)]),
  }));
  const rest = Object.entries(fields).flatMap(([field, value]) => (field === "withClause" ? [] : [value as TreeValue]));
  return [...within, ...rest.map((value) => ({ value, withNames: all }))];
}

/** The grammar prints some nodes without their tag, so they are known by their fields. */
function namesHere(fields: TreeFields, withNames: ReadonlySet<string>): readonly UsedName[] {
  if (fields.relname !== undefined) {
    const name = relationName(fields);
    const isLocal = name !== undefined && name.schema === undefined && withNames.has(name.name);
    return isLocal ? [] : use("relation", name);
  }
  if (Array.isArray(fields.names) && fields.typemod !== undefined) return usedType(fields);
  if (Array.isArray(fields.funcname)) return [...use("routine", nameFromParts(fields.funcname)), ...sequenceOf(fields)];
  if (Array.isArray(fields.objname)) return use("routine", nameFromParts(fields.objname));
  if (fields.roletype === "ROLESPEC_CSTRING") return use("role", { name: stringOf(fields.rolename) ?? "" });
  const cast = fieldsOf(fields, "TypeCast");
  return cast === undefined ? [] : castText(cast);
}

/** `t.c%type` names a relation; anything else a type. */
function usedType(fields: TreeFields): readonly UsedName[] {
  const parts = listOf(fields.names);
  return fields.pct_type === true
    ? use("relation", nameFromParts(parts.slice(0, -1)))
    : use("type", nameFromParts(parts));
}

const sequenceFunctions = new Set(["nextval", "currval", "setval"]);

/** nextval('s'): the constant is a name. */
function sequenceOf(call: TreeFields): readonly UsedName[] {
  const name = nameFromParts(listOf(call.funcname))?.name ?? "";
  return sequenceFunctions.has(name) ? use("relation", nameInText(constantText(listOf(call.args)[0]))) : [];
}

const registryTypes: Readonly<Record<string, ObjectKind>> = {
  regclass: "relation",
  regtype: "type",
  regproc: "routine",
  regrole: "role",
  regnamespace: "schema",
};

/** 's.t'::regclass: the constant is a name. */
function castText(cast: TreeFields): readonly UsedName[] {
  const type = isFields(cast.typeName) ? nameFromParts(listOf(cast.typeName.names))?.name : undefined;
  const kind = registryTypes[type ?? ""];
  return kind === undefined ? [] : use(kind, nameInText(constantText(cast.arg)));
}

function constantText(value: TreeValue | undefined): string | undefined {
  const constant = fieldsOf(value, "A_Const");
  return constant !== undefined && isFields(constant.sval) ? stringOf(constant.sval.sval) : undefined;
}

const relationKinds = new Set(["TABLE", "VIEW", "MATVIEW", "SEQUENCE", "INDEX", "FOREIGN_TABLE"]);
const partKinds = new Set(["COLUMN", "TABCONSTRAINT", "TRIGGER", "POLICY", "RULE"]);
const plainKinds: Readonly<Record<string, ObjectKind>> = { SCHEMA: "schema", EXTENSION: "extension", ROLE: "role" };

/** Names that stand as bare words beside the kind of their object, and in options. */
function namedObjects(tree: TreeValue): readonly UsedName[] {
  const node = untag(tree);
  if (node === undefined) return [];
  const { tag, fields } = node;
  if (tag === "CreateExtensionStmt") return schemaOption(fields);
  if (tag === "CreateSeqStmt" || tag === "AlterSeqStmt") return sequenceOwner(fields);
  if (tag === "DefineStmt") return supportFunctions(fields);
  if (tag === "DropStmt" && fields.missing_ok === true) return [];
  const written = fields.objtype ?? fields.objectType ?? fields.removeType ?? fields.renameType;
  const kind = (stringOf(written) ?? "").replace("OBJECT_", "");
  const objects = fields.object === undefined ? listOf(fields.objects) : [fields.object];
  return objects.flatMap((object) => namedObject(kind, object));
}

function namedObject(kind: string, object: TreeValue): readonly UsedName[] {
  const plain = plainKinds[kind];
  if (plain !== undefined) return use(plain, nameFromObject(object));
  const list = fieldsOf(object, "List");
  if (list === undefined) return [];
  if (relationKinds.has(kind)) return use("relation", nameFromObject(object));
  return partKinds.has(kind) ? use("relation", nameFromParts(listOf(list.items).slice(0, -1))) : [];
}

function schemaOption(fields: TreeFields): readonly UsedName[] {
  const schema = stringNode(findOption(fields.options, "schema")?.arg);
  return schema === undefined ? [] : use("schema", { name: schema });
}

/** OWNED BY table.column, or OWNED BY NONE. */
function sequenceOwner(fields: TreeFields): readonly UsedName[] {
  const owner = findOption(fields.options, "owned_by")?.arg;
  const parts = listOf(fieldsOf(owner, "List")?.items);
  return parts.length < 2 ? [] : use("relation", nameFromParts(parts.slice(0, -1)));
}

/** sfunc = f: the grammar takes the function for a type. */
function supportFunctions(fields: TreeFields): readonly UsedName[] {
  return listOf(fields.definition).flatMap((option) => {
    const type = fieldsOf(fieldsOf(option, "DefElem")?.arg, "TypeName");
    return type === undefined ? [] : use("routine", nameFromParts(listOf(type.names)));
  });
}

function use(kind: ObjectKind, name: QualifiedName | undefined): readonly UsedName[] {
  return name === undefined || name.name === "" ? [] : [{ kind, ...name }];
}
