import {
  fieldsOf,
  isFields,
  listOf,
  stringNode,
  stringOf,
  type TreeFields,
  type TreeValue,
  untag,
} from "../../parse/parse-tree.js";
import { clip, joinedColumns, maxNameBytes } from "./object-name.js";

/**
 * The part of an unnamed index's name that its columns give, from the fields of an `IndexStmt`: INCLUDE columns count,
 * an expression is named as a result column would be. `ChooseIndexColumnNames`, `FigureIndexColname`.
 */
export function indexNameAddition(fields: TreeFields, version: number): string {
  const parameters = [...listOf(fields.indexParams), ...listOf(fields.indexIncludingParams)];
  const wanted = parameters.map((parameter) => elementName(fieldsOf(parameter, "IndexElem"), version));
  return joinedColumns(distinctNames(wanted));
}

/** What one column or expression of an index gives to its name. */
export function elementName(element: TreeFields | undefined, version: number): string {
  return stringOf(element?.name) ?? serverName(nameOf(element?.expr).name, version) ?? "expr";
}

/** A name that comes again gets a number. */
export function distinctNames(wanted: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const origin of wanted) {
    let name = origin;
    for (let number = 1; names.includes(name); number += 1) {
      name = `${clip(origin, maxNameBytes - String(number).length)}${number}`;
    }
    names.push(name);
  }
  return names;
}

/** Before PostgreSQL 14 EXTRACT was another way to write date_part(). */
function serverName(name: string | undefined, version: number): string | undefined {
  return name === "extract" && version < 14 ? "date_part" : name;
}

interface FiguredName {
  readonly name?: string;
  /** 2: a good name; 1: one that a cast in front of it gives way to. */
  readonly strength: 0 | 1 | 2;
}

const nothing: FiguredName = { strength: 0 };

const valueFunctions: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: "current_date",
  SVFOP_CURRENT_TIME: "current_time",
  SVFOP_CURRENT_TIME_N: "current_time",
  SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
  SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
  SVFOP_LOCALTIME: "localtime",
  SVFOP_LOCALTIME_N: "localtime",
  SVFOP_LOCALTIMESTAMP: "localtimestamp",
  SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
  SVFOP_CURRENT_ROLE: "current_role",
  SVFOP_CURRENT_USER: "current_user",
  SVFOP_USER: "user",
  SVFOP_SESSION_USER: "session_user",
  SVFOP_CURRENT_CATALOG: "current_catalog",
  SVFOP_CURRENT_SCHEMA: "current_schema",
};

/** What an expression calls its result. `FigureColnameInternal` of parse_target.c. */
function nameOf(expression: TreeValue | undefined): FiguredName {
  const node = untag(expression);
  if (node === undefined) return nothing;
  const { tag, fields } = node;
  switch (tag) {
    case "ColumnRef":
      return good(lastString(fields.fields));
    case "A_Indirection": {
      const name = lastString(fields.indirection);
      return name === undefined ? nameOf(fields.arg) : good(name);
    }
    case "FuncCall":
      return good(lastString(fields.funcname));
    case "A_Expr":
      return fields.kind === "AEXPR_NULLIF" ? good("nullif") : nothing;
    case "TypeCast": {
      const inner = nameOf(fields.arg);
      const type = isFields(fields.typeName) ? lastString(fields.typeName.names) : undefined;
      return inner.strength <= 1 && type !== undefined ? { name: type, strength: 1 } : inner;
    }
    case "CollateClause":
      return nameOf(fields.arg);
    case "CaseExpr": {
      const inner = nameOf(fields.defresult);
      return inner.strength <= 1 ? { name: "case", strength: 1 } : inner;
    }
    case "A_ArrayExpr":
      return good("array");
    case "RowExpr":
      return good("row");
    case "CoalesceExpr":
      return good("coalesce");
    case "MinMaxExpr":
      return good(fields.op === "IS_LEAST" ? "least" : "greatest");
    case "SQLValueFunction":
      return good(valueFunctions[stringOf(fields.op) ?? ""]);
    default:
      return nothing;
  }
}

function good(name: string | undefined): FiguredName {
  return name === undefined ? nothing : { name, strength: 2 };
}

function lastString(list: TreeValue | undefined): string | undefined {
  return listOf(list)
    .flatMap((part) => stringNode(part) ?? [])
    .at(-1);
}
