import { ConfitureError, type ErrorCode, formatLocation, type SourceLocation } from "@confiture/model";

/** One thing that is wrong with a text somebody wrote. */
export interface ConfigProblem {
  readonly message: string;
  readonly at: SourceLocation;
  /** What to do, where the message does not say it. */
  readonly hint?: string;
}

/** Everything wrong with a file as one error: the first problem's place in `at`, all of them in the message and in `facts.problems`. */
export function problemsError(
  problems: readonly ConfigProblem[],
  code: ErrorCode = "CONFITURE_CONFIG_INVALID",
): ConfitureError {
  const clean = problems.map((problem) => ({ ...problem, message: withoutPasswords(problem.message) }));
  const first = clean[0];
  if (first === undefined) throw new RangeError("an error needs a problem");
  const message =
    clean.length === 1
      ? first.message
      : `${clean.length} problems:\n${clean.map(({ at, message: text }) => `  ${formatLocation(at)} ${text}`).join("\n")}`;
  return new ConfitureError(code, message, {
    at: first.at,
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    facts: { problems: clean },
  });
}

/** A key or a name may be a misplaced URL; what stands before its `@` is not repeated. */
export function withoutPasswords(text: string): string {
  return text.replace(/:\/\/[^\s`]*@/g, "://***@");
}
