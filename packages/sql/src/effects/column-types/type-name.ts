import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, isFields, listOf, stringNode, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { builtinTypes } from "../facts/builtin-names.js";
import type { Picture, UserType } from "../picture/picture.js";

/** A type as a column has it, resolved as far as the picture allows. */
export interface ColumnType {
  /** `pg_type.typname` of a built-in type (`int4`, `varchar`); of another one the qualified name. */
  readonly name: string;
  /** The modifier's numbers as written: `(10,2)` → [10, 2]. */
  readonly modifier: readonly number[];
  readonly isArray: boolean;
  /** Present for a type the picture knows. */
  readonly user?: UserType;
  /** True for one that is neither built in nor known. */
  readonly isUnknown: boolean;
  /** `serial` and its kin: not a type, but a column with a sequence. */
  readonly isSerial: boolean;
}

const serials: Readonly<Record<string, string>> = {
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
  smallserial: "int2",
  serial2: "int2",
};

/** Other names of built-in types that the grammar does not translate itself. */
const synonyms: Readonly<Record<string, string>> = { decimal: "numeric" };

/** Reads the fields of a `TypeName` node. */
export function resolveType(typeName: TreeFields, picture: Picture): ColumnType {
  const parts = listOf(typeName.names).flatMap((part) => stringNode(part) ?? []);
  const bare = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  const modifier = listOf(typeName.typmods).flatMap(readModifier);
  const isArray = listOf(typeName.arrayBounds).length > 0;
  const common = { modifier, isArray };
  const serial = schema === undefined ? serials[bare] : undefined;
  if (serial !== undefined) return { ...common, name: serial, isUnknown: false, isSerial: true };
  const user =
    schema === "pg_catalog"
      ? undefined
      : picture.findType(schema === undefined ? { name: bare } : { schema, name: bare });
  const builtin = synonyms[bare] ?? bare;
  if ((schema === undefined || schema === "pg_catalog") && builtinTypes.has(builtin) && user === undefined) {
    return { ...common, name: builtin, isUnknown: false, isSerial: false };
  }
  if (user !== undefined) return { ...common, name: user.key, user: user.type, isUnknown: false, isSerial: false };
  // An array type by its own name: `_int4`.
  if (schema === undefined && bare.startsWith("_") && builtinTypes.has(bare.slice(1))) {
    return { name: bare.slice(1), modifier, isArray: true, isUnknown: false, isSerial: false };
  }
  const relation = picture.find(schema === undefined ? { name: bare } : { schema, name: bare });
  const spelled = [schema, bare].flatMap((part) => (part === undefined ? [] : quoteIdentifier(part))).join(".");
  return { ...common, name: spelled, isUnknown: relation?.known !== true, isSerial: false };
}

/** Reads a type as format_type prints it. */
export function parseType(text: string, picture: Picture, grammar: Grammar): ColumnType | undefined {
  const select = grammar.statements(`select null::${text}`)?.[0];
  const target = fieldsOf(listOf(select?.fields.targetList)[0], "ResTarget");
  const cast = fieldsOf(target?.val, "TypeCast");
  return isFields(cast?.typeName) ? resolveType(cast.typeName, picture) : undefined;
}

function readModifier(modifier: TreeValue): readonly number[] {
  const constant = fieldsOf(modifier, "A_Const");
  if (isFields(constant?.ival)) return [Number(constant.ival.ival ?? 0)];
  return [];
}

/** The type a domain is over in the end, with the domain's own modifier; other types as they are. */
export function underlying(type: ColumnType, picture: Picture, grammar: Grammar): ColumnType {
  let current = type;
  for (let depth = 0; depth < 32 && !current.isArray && current.user?.kind === "domain"; depth += 1) {
    const base = current.user.baseType === undefined ? undefined : parseType(current.user.baseType, picture, grammar);
    if (base === undefined) return current;
    current = base;
  }
  return current;
}

/** True for a domain with CHECK or NOT NULL, its own or of a domain it is over: its values must be looked at. */
export function isConstrained(type: ColumnType, picture: Picture, grammar: Grammar): boolean {
  let current: ColumnType | undefined = type;
  for (let depth = 0; depth < 32 && current !== undefined && !current.isArray; depth += 1) {
    if (current.user?.kind !== "domain") return false;
    if (current.user.notNull || current.user.checks.size > 0) return true;
    current = current.user.baseType === undefined ? undefined : parseType(current.user.baseType, picture, grammar);
  }
  return false;
}
