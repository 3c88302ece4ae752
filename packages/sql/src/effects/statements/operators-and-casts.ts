import type { QualifiedName } from "@confiture/model";
import { fieldsOf, isFields, listOf, type TreeFields, type TreeValue } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { findOption } from "../../parse/read-options.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { resolveType } from "../column-types/type-name.js";
import type { StatementContext } from "../statement-context.js";
import { objectName } from "./object-name.js";

/** CREATE OPERATOR: an expression that uses it is as volatile as its function. */
export function createOperator(name: QualifiedName, fields: TreeFields, context: StatementContext): void {
  const { picture } = context;
  const option = findOption(fields.definition, "function") ?? findOption(fields.definition, "procedure");
  const named = nameFromParts(listOf(fieldsOf(option?.arg, "TypeName")?.names));
  if (named === undefined) return;
  const made = { schema: picture.creationSchema(name.schema), function: functionKey(named, context) };
  picture.operators.set(name.name, [...(picture.operators.get(name.name) ?? []), made]);
}

/** CREATE CAST: whether a value is made anew on its way from type to type, and by which function. */
export function createCast(fields: TreeFields, context: StatementContext): void {
  const [source, target] = [fields.sourcetype, fields.targettype].map((type) => objectName(type) ?? "");
  context.begin("create_cast", { kind: "cast", name: `(${source} as ${target})` });
  if (!isFields(fields.sourcetype) || !isFields(fields.targettype)) return;
  const named = isFields(fields.func) ? nameFromParts(listOf(fields.func.objname)) : undefined;
  context.picture.casts.push({
    source: resolveType(fields.sourcetype, context.picture).name,
    target: resolveType(fields.targettype, context.picture).name,
    method: named !== undefined ? "function" : fields.inout === true ? "inout" : "binary",
    isImplicit: fields.context === "COERCION_IMPLICIT",
    ...(named === undefined ? {} : { function: functionKey(named, context) }),
  });
}

/** DROP CAST. */
export function forgetCast(object: TreeValue, { picture }: StatementContext): void {
  const types = isFields(object) && isFields(object.List) ? listOf(object.List.items) : [];
  const [source, target] = types.map((type) => {
    const typeName = fieldsOf(type, "TypeName");
    return typeName === undefined ? undefined : resolveType(typeName, picture).name;
  });
  const at = picture.casts.findIndex((one) => one.source === source && one.target === target);
  if (at !== -1) picture.casts.splice(at, 1);
}

function functionKey(name: QualifiedName, { picture }: StatementContext): string {
  return (
    picture.findFunctions(name)[0]?.name ??
    (name.schema === undefined ? quoteIdentifier(name.name) : quoteQualified(name))
  );
}
