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
import { nameFromParts, relationName } from "../parse/read-names.js";
import type { DefinedObject, ObjectKind } from "./named-object.js";

/** What each statement creates, by the tag of its tree. What is not listed creates nothing others can name. */
const definers: Readonly<Record<string, (fields: TreeFields) => readonly DefinedObject[]>> = {
  CreateStmt: tableLike,
  CreateForeignTableStmt: (fields) => (isFields(fields.base) ? tableLike(fields.base) : []),
  ViewStmt: (fields) => rowSource(relationName(fields.view)),
  CreateTableAsStmt: (fields) => rowSource(isFields(fields.into) ? relationName(fields.into.rel) : undefined),
  SelectStmt: (fields) => rowSource(isFields(fields.intoClause) ? relationName(fields.intoClause.rel) : undefined),
  CreateSeqStmt: (fields) => object("relation", relationName(fields.sequence)),
  IndexStmt: definedIndex,
  CreateEnumStmt: (fields) => object("type", nameFromParts(listOf(fields.typeName))),
  CreateRangeStmt: (fields) => object("type", nameFromParts(listOf(fields.typeName))),
  CreateDomainStmt: (fields) => object("type", nameFromParts(listOf(fields.domainname))),
  CompositeTypeStmt: (fields) => object("type", relationName(fields.typevar)),
  DefineStmt: definedByKind,
  CreateFunctionStmt: (fields) => object("routine", nameFromParts(listOf(fields.funcname))),
  CreateSchemaStmt: definedSchema,
  CreateExtensionStmt: (fields) => alone("extension", stringOf(fields.extname)),
  CreateRoleStmt: (fields) => alone("role", stringOf(fields.role)),
};

/** The objects that a statement creates and others can name. */
export function definedObjects(tree: TreeValue): readonly DefinedObject[] {
  const node = untag(tree);
  return node === undefined ? [] : (definers[node.tag]?.(node.fields) ?? []);
}

/** A table, with the sequences that its serial and identity columns bring along. */
function tableLike(fields: TreeFields): readonly DefinedObject[] {
  const table = relationName(fields.relation);
  if (table === undefined) return [];
  const sequences = listOf(fields.tableElts).flatMap((element) => {
    const column = fieldsOf(element, "ColumnDef");
    return column !== undefined && ownsSequence(column)
      ? object("relation", { ...table, name: `${table.name}_${stringOf(column.colname)}_seq` })
      : [];
  });
  return [...rowSource(table), ...sequences];
}

const serials = new Set(["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"]);

function ownsSequence(column: TreeFields): boolean {
  const names = isFields(column.typeName) ? listOf(column.typeName.names) : [];
  if (names.length === 1 && serials.has(stringNode(names[0]) ?? "")) return true;
  return listOf(column.constraints).some((one) => fieldsOf(one, "Constraint")?.contype === "CONSTR_IDENTITY");
}

/** An index lives in the schema of its table. */
function definedIndex(fields: TreeFields): readonly DefinedObject[] {
  const name = stringOf(fields.idxname);
  const table = relationName(fields.relation);
  return name === undefined || table === undefined ? [] : object("relation", { ...table, name });
}

function definedByKind(fields: TreeFields): readonly DefinedObject[] {
  const name = nameFromParts(listOf(fields.defnames));
  if (fields.kind === "OBJECT_TYPE") return object("type", name);
  return fields.kind === "OBJECT_AGGREGATE" ? object("routine", name) : [];
}

/** CREATE SCHEMA s CREATE TABLE t …: what stands behind it is made in it. */
function definedSchema(fields: TreeFields): readonly DefinedObject[] {
  const owner = isFields(fields.authrole) ? stringOf(fields.authrole.rolename) : undefined;
  const schema = stringOf(fields.schemaname) ?? owner;
  const inside = listOf(fields.schemaElts).flatMap(definedObjects);
  const placed = schema === undefined ? inside : inside.map((one) => ({ ...one, schema: one.schema ?? schema }));
  return [...alone("schema", schema), ...placed];
}

function rowSource(name: QualifiedName | undefined): readonly DefinedObject[] {
  return [...object("relation", name), ...object("type", name)];
}

function object(kind: ObjectKind, name: QualifiedName | undefined): readonly DefinedObject[] {
  return name === undefined ? [] : [{ kind, ...name }];
}

function alone(kind: ObjectKind, name: string | undefined): readonly DefinedObject[] {
  return name === undefined ? [] : [{ kind, name }];
}
