import type { AnnotatedObject } from "@confiture/model";
import { grantedWords } from "../kinds/annotated-words.js";
import { columnOf, type Level } from "./holding.js";

export type RightsVerb = "grant" | "grant with option" | "revoke" | "revoke option";

/** One privilege given or taken. */
export interface RightsStep {
  readonly verb: RightsVerb;
  readonly privilege: string;
  readonly on: AnnotatedObject;
  readonly grantee: string;
  readonly grantor: string | undefined;
}

export function verbTowards(wanted: Level, now: Level): RightsVerb {
  if (wanted > now) return wanted === 2 ? "grant with option" : "grant";
  return wanted === 1 ? "revoke option" : "revoke";
}

/** One statement for as many neighbours as fit into one, under the role of the grantor where that is not the owner. */
export function sayRights(steps: readonly RightsStep[]): readonly string[] {
  const statements: string[] = [];
  let role: string | undefined;
  for (const group of groupNeighbours(steps)) {
    const [{ verb, on, grantee, grantor }] = group;
    // No server lets one role grant in the name of another, whatever GRANTED BY may suggest.
    if (grantor !== role) statements.push(grantor === undefined ? "reset role" : `set role ${grantor}`);
    role = grantor;
    statements.push(sayVerb(verb, `${privilegesOf(group)} on ${grantedWords(on)}`, grantee));
  }
  return role === undefined ? statements : [...statements, "reset role"];
}

/** @param words the privileges and what they are on. */
export function sayVerb(verb: RightsVerb, words: string, grantee: string): string {
  switch (verb) {
    case "grant":
      return `grant ${words} to ${grantee}`;
    case "grant with option":
      return `grant ${words} to ${grantee} with grant option`;
    case "revoke":
      return `revoke ${words} from ${grantee}`;
    case "revoke option":
      return `revoke grant option for ${words} from ${grantee}`;
    default:
      return verb satisfies never;
  }
}

type Group = [RightsStep, ...RightsStep[]];

function groupNeighbours(steps: readonly RightsStep[]): readonly Group[] {
  const groups: Group[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last !== undefined && fitTogether(last[0], step)) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

function fitTogether(one: RightsStep, other: RightsStep): boolean {
  return (
    one.verb === other.verb &&
    one.grantee === other.grantee &&
    one.grantor === other.grantor &&
    grantedWords(one.on) === grantedWords(other.on) &&
    (columnOf(one.on) === undefined) === (columnOf(other.on) === undefined)
  );
}

/** `select, insert` or `select (a, b), update (b)`. */
function privilegesOf(group: Group): string {
  const columns = new Map<string, readonly string[]>();
  for (const { privilege, on } of group) {
    const column = columnOf(on);
    const list = columns.get(privilege) ?? [];
    columns.set(privilege, column === undefined ? list : [...list, column]);
  }
  return [...columns]
    .map(([privilege, list]) => privilege.toLowerCase() + (list.length === 0 ? "" : ` (${list.join(", ")})`))
    .join(", ");
}
