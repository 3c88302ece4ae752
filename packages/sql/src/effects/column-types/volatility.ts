import type { QualifiedName } from "@confiture/model";
import type { Grammar } from "../../parse/parse-statement.js";
import { fieldsOf, isFields, listOf, type TreeFields, type TreeValue, walkTree } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { builtinOperators, settledFunctions, volatileFunctions } from "../facts/builtin-names.js";
import type { Picture, UserCast, UserFunction } from "../picture/picture.js";
import { splitName } from "../picture/spelled-name.js";
import { domainDefault } from "./domain-default.js";
import { type ColumnType, resolveType, underlying } from "./type-name.js";

export interface Volatility {
  readonly isVolatile: boolean;
  /** In words, where it is not told by what is known. */
  readonly assumptions: readonly string[];
}

/** The types of both sides of an assignment, and where to look them up. */
interface Coercion {
  readonly type: ColumnType;
  readonly picture: Picture;
  readonly grammar: Grammar;
}

/**
 * Whether an expression gives a value of its own for each row, judged by the functions it calls: by name, behind its
 * operators, and in its casts. Of what nobody knows PostgreSQL's default is believed, which is VOLATILE; where several
 * functions have a name, one that is volatile counts.
 */
export function volatilityOf(expression: TreeValue | undefined, picture: Picture): Volatility {
  const judge = new Judge(picture);
  judge.expression(expression);
  return judge.verdict();
}

/** The same of what a new column gets: its default, else that of its domain, made to fit its type. */
export function volatilityOfValue(
  defaultValue: TreeValue | undefined,
  { type, picture, grammar }: Coercion,
): Volatility {
  const value = defaultValue ?? (type.isArray ? undefined : domainDefault(type.user, grammar));
  if (value === undefined) {
    const isUnread = !type.isArray && type.user?.default !== undefined;
    return { isVolatile: isUnread, assumptions: isUnread ? [`the default of ${type.name} is volatile`] : [] };
  }
  const judge = new Judge(picture);
  judge.expression(value);
  judge.cast(value, underlying(type, picture, grammar));
  return judge.verdict();
}

type FunctionVerdict = "volatile" | "settled" | "unknown";

class Judge {
  private isVolatile = false;
  private readonly assumptions = new Set<string>();

  constructor(private readonly picture: Picture) {}

  verdict(): Volatility {
    return { isVolatile: this.isVolatile, assumptions: [...this.assumptions] };
  }

  expression(expression: TreeValue | undefined): void {
    for (const { tag, fields } of walkTree(expression)) {
      if (tag === "FuncCall") this.call(nameFromParts(listOf(fields.funcname)));
      else if (tag === "A_Expr") this.operator(nameFromParts(listOf(fields.name)));
      else if (tag === "TypeCast" && isFields(fields.typeName)) {
        this.cast(fields.arg, resolveType(fields.typeName, this.picture));
      }
      if (tag === "FuncCall" || tag === "A_Expr") this.implicitCasts();
    }
  }

  /** What stands for itself needs no cast: the text of a constant is read as its type, once for all rows. */
  cast(value: TreeValue | undefined, target: ColumnType): void {
    const source = sourceType(value, this.picture);
    if (source === "text" || source === target.name) return;
    const casts = this.picture.casts.filter(
      (one) => one.target === target.name && (source === undefined || one.source === source),
    );
    for (const one of casts) this.castFunction(one, source === undefined);
  }

  private call(name: QualifiedName | undefined): void {
    if (name === undefined) return;
    const builtin = isUnqualified(name) ? builtinVerdict(name.name) : "unknown";
    const own = this.picture.callable(name).map(({ volatility }) => verdictOf(volatility));
    const written = [name.schema, name.name].filter((part) => part !== undefined).join(".");
    this.note(builtin === "unknown" ? own : [builtin, ...own], {
      unknown: `${written}() is volatile, as functions are unless they say otherwise`,
      several: `of the functions named ${written} one that is volatile is called`,
    });
  }

  private operator(name: QualifiedName | undefined): void {
    if (name === undefined) return;
    const own = this.picture.operatorsNamed(name).map((one) => this.functionNamed(one.function));
    const isBuiltin = isUnqualified(name) && builtinOperators.has(name.name);
    this.note(isBuiltin ? ["settled", ...own] : own, {
      unknown: `the function behind the operator ${name.name} is volatile, as functions are unless they say otherwise`,
      several: `of the operators ${name.name} one whose function is volatile is meant`,
    });
  }

  /** What may be meant by one name: a volatile one counts. */
  private note(
    candidates: readonly FunctionVerdict[],
    words: { readonly unknown: string; readonly several: string },
  ): void {
    if (candidates.length > 0 && candidates.every((one) => one === "settled")) return;
    this.isVolatile = true;
    if (!candidates.includes("volatile")) this.assumptions.add(words.unknown);
    else if (candidates.some((one) => one !== "volatile")) this.assumptions.add(words.several);
  }

  private castFunction(cast: UserCast, isGuessed: boolean): void {
    if (cast.method !== "function" || cast.function === undefined) return;
    const verdict = this.functionNamed(cast.function);
    if (verdict === "settled") return;
    this.isVolatile = true;
    if (isGuessed || verdict === "unknown")
      this.assumptions.add(
        `the value goes through the cast (${cast.source} as ${cast.target}), whose function is volatile`,
      );
  }

  /** Any argument may go through one. */
  private implicitCasts(): void {
    for (const cast of this.picture.casts) if (cast.isImplicit) this.castFunction(cast, true);
  }

  /** By `schema.name`; a built-in one stands without a schema. */
  private functionNamed(spelled: string): FunctionVerdict {
    const own = (this.picture.functions.get(spelled) ?? []).map(({ volatility }) => verdictOf(volatility));
    if (own.length > 0) return own.includes("volatile") ? "volatile" : "settled";
    const { schema, bare } = splitName(spelled);
    return schema === "" || schema === "pg_catalog" ? builtinVerdict(bare) : "unknown";
  }
}

/** pg_catalog is looked through too. */
function isUnqualified({ schema }: QualifiedName): boolean {
  return schema === undefined || schema === "pg_catalog";
}

function verdictOf(volatility: UserFunction["volatility"]): FunctionVerdict {
  return volatility === "volatile" ? "volatile" : "settled";
}

function builtinVerdict(name: string): FunctionVerdict {
  if (volatileFunctions.has(name)) return "volatile";
  return settledFunctions.has(name) ? "settled" : "unknown";
}

/** The type a value has by itself: `text` for a constant in quotes and for NULL, undefined where it is not told. */
function sourceType(value: TreeValue | undefined, picture: Picture): string | undefined {
  const cast = fieldsOf(value, "TypeCast");
  if (isFields(cast?.typeName)) return resolveType(cast.typeName, picture).name;
  const constant: TreeFields | undefined = fieldsOf(value, "A_Const");
  if (constant === undefined) return undefined;
  if (constant.sval !== undefined || constant.isnull === true) return "text";
  if (constant.ival !== undefined) return "int4";
  return constant.boolval === undefined ? undefined : "bool";
}
