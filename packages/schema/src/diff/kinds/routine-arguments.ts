import { placeOfWord, splitAtCommas } from "./printed-text.js";

/** One argument of a routine, as the server prints it in a definition or in an identity. */
export interface RoutineArgument {
  readonly mode: "in" | "out" | "inout" | "variadic";
  /** As SQL spells it. Absent: it has none. */
  readonly name?: string;
  readonly type: string;
  readonly default?: string;
}

/** Reads what stands between the parentheses; the direct and the aggregated arguments of an aggregate in one list. */
export function readArguments(printed: string): readonly RoutineArgument[] {
  const place = printed.startsWith("ORDER BY ") ? 0 : placeOfWord(printed, "ORDER BY");
  const direct = place < 0 ? printed : printed.slice(0, place);
  const aggregated = place < 0 ? "" : printed.slice(place).replace(/^ ?ORDER BY /, "");
  return [...splitAtCommas(direct), ...splitAtCommas(aggregated)].map(readArgument);
}

/** Those that a call gives. */
export function inputsOf(args: readonly RoutineArgument[]): readonly RoutineArgument[] {
  return args.filter(({ mode }) => mode !== "out");
}

/** Those that make up the result. */
export function outputsOf(args: readonly RoutineArgument[]): readonly RoutineArgument[] {
  return args.filter(({ mode }) => mode === "out" || mode === "inout");
}

const modes = { IN: "in", OUT: "out", INOUT: "inout", VARIADIC: "variadic" } as const;

/** The types of more than one word, which are not a name and a type. */
const wordyType = /^(double precision|character varying|bit varying|(time|timestamp) with(out)? time zone)(\[\])*$/;

/** A name, and behind a space the type. A point behind the first word makes it the schema of the type. */
const namedType = /^("(?:[^"]|"")*"|[^\s".]+) (.+)$/s;

function readArgument(printed: string): RoutineArgument {
  const place = placeOfWord(printed, "DEFAULT");
  const declared = place < 0 ? printed : printed.slice(0, place);
  const [, word = "IN", rest = declared] = /^(IN|OUT|INOUT|VARIADIC) (.*)$/s.exec(declared) ?? [];
  const named = wordyType.test(rest) ? null : namedType.exec(rest);
  return {
    mode: modes[word as keyof typeof modes],
    ...(named === null ? { type: rest } : { name: named[1]!, type: named[2]! }),
    ...(place < 0 ? {} : { default: printed.slice(place + " DEFAULT ".length) }),
  };
}
