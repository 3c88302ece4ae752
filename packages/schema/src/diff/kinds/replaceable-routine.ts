import type { CatalogAggregate, CatalogFunction } from "@confiture/model";
import { splitSignature } from "./printed-text.js";
import { inputsOf, outputsOf, type RoutineArgument, readArguments } from "./routine-arguments.js";

/** Whether CREATE OR REPLACE leads from the one to the other: what the server asks of both, and no more. */
export function isReplaceable(before: CatalogFunction, after: CatalogFunction): boolean {
  if (before.kind !== after.kind) return false;
  const [was, is] = [argumentsOf(before), argumentsOf(after)];
  return sameResult(resultOf(before, was), resultOf(after, is)) && keepsNames(was, is) && keepsDefaults(was, is);
}

/** The same for aggregates, which have no defaults and no output arguments. */
export function isReplaceableAggregate(before: CatalogAggregate, after: CatalogAggregate): boolean {
  return (
    before.variant === after.variant &&
    before.directArguments === after.directArguments &&
    before.result === after.result &&
    keepsNames(readArguments(before.arguments), readArguments(after.arguments))
  );
}

/** Behind the words of the definition stands the name with its arguments. */
function argumentsOf({ definition }: CatalogFunction): readonly RoutineArgument[] {
  return readArguments(splitSignature(definition.replace(/^CREATE OR REPLACE (FUNCTION|PROCEDURE) /, "")).inside);
}

/** A name that callers may write stays; an argument without one may get one. */
function keepsNames(before: readonly RoutineArgument[], after: readonly RoutineArgument[]): boolean {
  const names = inputsOf(after).map(({ name }) => name);
  return inputsOf(before).every(({ name }, place) => name === undefined || name === names[place]);
}

/** A default that callers may rely on stays, and is of the same type: only polymorphic arguments leave that open. */
function keepsDefaults(before: readonly RoutineArgument[], after: readonly RoutineArgument[]): boolean {
  const arguments_ = inputsOf(after);
  return inputsOf(before).every(({ type, default: was }, place) => {
    const is = arguments_[place]?.default;
    if (was === undefined || was === is) return true;
    if (is === undefined) return false;
    const typeNow = typeOfDefault(is);
    return !polymorphic.test(type) || (typeNow !== undefined && typeNow === typeOfDefault(was));
  });
}

const polymorphic = /^("any"|any(compatible)?(element|array|nonarray|range|multirange|enum)?)$/;

/** The type of a constant or a cast as the server prints it; undefined where it cannot be seen. */
function typeOfDefault(expression: string): string | undefined {
  if (/^\d+$/.test(expression)) return "integer";
  if (/^\d+\.\d+$/.test(expression)) return "numeric";
  if (expression === "true" || expression === "false") return "boolean";
  const [, constant] = /^(?:'(?:[^']|'')*'|NULL)(::.+)$/s.exec(expression) ?? [];
  const { name, behind } = splitSignature(expression);
  return /^::([\w ."(),[\]]+)$/.exec(constant ?? (name === "" ? behind : ""))?.[1];
}

interface RoutineResult {
  readonly set: boolean;
  readonly type: string;
  /** The names and types of a row that output arguments make up. */
  readonly row?: string;
}

function resultOf({ kind, result = "" }: CatalogFunction, args: readonly RoutineArgument[]): RoutineResult {
  const table = /^TABLE\((.*)\)$/s.exec(result)?.[1];
  const columns = [...outputsOf(args), ...(table === undefined ? [] : readArguments(table))];
  const isRow = columns.length > (kind === "procedure" ? 0 : 1);
  const row = columns.map(({ name, type }, place) => `${name ?? `column${place + 1}`} ${type}`).join(", ");
  return {
    set: table !== undefined || result.startsWith("SETOF "),
    type: isRow ? "record" : table === undefined ? result.replace(/^SETOF /, "") : (columns[0]?.type ?? ""),
    ...(isRow ? { row } : {}),
  };
}

function sameResult(before: RoutineResult, after: RoutineResult): boolean {
  return before.set === after.set && before.type === after.type && before.row === after.row;
}
