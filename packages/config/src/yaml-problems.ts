import type { SourceLocation } from "@confiture/model";
import type { YAMLError } from "yaml";
import type { ConfigProblem } from "./config-problem.js";

/** What each refusal of the YAML parser means, in words that repeat nothing of the text: it may hold a password. */
const meanings: Partial<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "An alias (`*name`) cannot have a tag or an anchor.",
  BAD_ALIAS: "An alias (`*name`) names no anchor above it; put a text that begins with `*` in quotes.",
  BAD_COLLECTION_TYPE: "A tag does not fit what it stands before.",
  BAD_DIRECTIVE: "A line that begins with `%` is a YAML directive, and this one cannot be read.",
  BAD_DQ_ESCAPE: "A double-quoted text holds a `\\` that begins no escape; use single quotes.",
  BAD_INDENT: "This line is not indented like its neighbours.",
  BAD_PROP_ORDER: "An anchor or a tag stands in the wrong place.",
  BAD_SCALAR_START: "A text that begins with this character must be in quotes.",
  BLOCK_AS_IMPLICIT_KEY: "There is a second `key: value` on one line; put a text that holds `: ` in quotes.",
  BLOCK_IN_FLOW: "An indented block cannot stand inside { } or [ ].",
  DUPLICATE_KEY: "This key stands here for the second time.",
  KEY_OVER_1024_CHARS: "This key is too long; is a `:` or a quote missing?",
  MISSING_CHAR: "Something is missing here: a `:` behind a key, a comma, a closing quote or a bracket.",
  MULTILINE_IMPLICIT_KEY: "A key must stand on one line with its `:`; is a `:` missing?",
  MULTIPLE_ANCHORS: "There are two anchors where one can stand.",
  MULTIPLE_DOCS: "There is a second document (`---`) in this file; put it in a file of its own.",
  MULTIPLE_TAGS: "There are two tags where one can stand.",
  NON_STRING_KEY: "A key must be a text.",
  RESOURCE_EXHAUSTION: "This is nested too deeply.",
  TAB_AS_INDENT: "A tab cannot indent YAML: use spaces.",
  TAG_RESOLVE_FAILED: "This tag (`!…`) is not known here.",
  UNEXPECTED_TOKEN: "This does not belong here; is a quote, a `:` or an indentation missing?",
};

/** The parser's refusals as problems with a place; a refusal that only follows from one on the same line is left out. */
export function yamlProblems(
  errors: readonly YAMLError[],
  at: (offset: number) => SourceLocation,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const error of errors) {
    const place = at(error.pos[0]);
    if (problems.some((problem) => problem.at.line === place.line)) continue;
    problems.push({ message: meanings[error.code] ?? "This is not valid YAML.", at: place });
  }
  return problems;
}
