import { type CatalogCast, type CatalogOperator, ConfitureError } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import type { KindRules, Sides } from "./kind-rules.js";
import { splitSignature } from "./printed-text.js";

export const operatorKinds = {
  operators: {
    named: ({ name }) => `operator ${name}`,
    create: (entry, _, sides) =>
      isShell(entry) ? [] : [createOperator(entry), ...partnersBehind(entry, sides).map(createOperator)],
    alter: alterOperator,
    madeWith: (entry, sides) =>
      partnersBefore(entry, sides).map(({ name }) => ({ kind: "operators", name }) as const)[0],
    // A link to a partner that goes has to be free before the partner that comes takes it.
    claims: (entry) => linkWords.flatMap((word) => (entry[word] === undefined ? [] : [`${word} of ${entry[word]}`])),
  },
  casts: {
    named: ({ name }) => `cast ${name}`,
    create: (entry) => [createCast(entry)],
    alter: (before, after) => (createCast(before) === createCast(after) ? [] : "replace"),
  },
} satisfies { readonly [Kind in "operators" | "casts"]: KindRules<Kind> };

const linkWords = ["commutator", "negator"] as const;
type LinkWord = (typeof linkWords)[number];

/** Only named so far, as the commutator or negator of another: CREATE OPERATOR of that one makes it. */
function isShell(entry: CatalogOperator): boolean {
  return entry.function === "-";
}

/**
 * Two operators that are each other's commutator or negator both say so: for the first of them the server makes a shell
 * of the other, which the second fills.
 */
function createOperator(entry: CatalogOperator): string {
  const options = [
    ...(entry.left === undefined ? [] : [`leftarg = ${entry.left}`]),
    // Up to PostgreSQL 13 an operator can stand behind its one operand.
    ...(entry.right === "-" ? [] : [`rightarg = ${entry.right}`]),
    `function = ${entry.function}`,
    ...linkWords.flatMap((word) => (entry[word] === undefined ? [] : [link(word, entry[word])])),
    ...(entry.restrict === undefined ? [] : [`restrict = ${entry.restrict}`]),
    ...(entry.join === undefined ? [] : [`join = ${entry.join}`]),
    ...(entry.hashes ? ["hashes"] : []),
    ...(entry.merges ? ["merges"] : []),
  ];
  return `create operator ${operatorName(entry.name)} (${options.join(", ")})`;
}

/** Without the types of its operands. */
function operatorName(signature: string): string {
  return splitSignature(signature).name;
}

function link(word: LinkWord, partner: string): string {
  return `${word} = operator(${operatorName(partner)})`;
}

const canSetLinks = 170_000;

function alterOperator(before: CatalogOperator, after: CatalogOperator, sides: Sides): readonly string[] | "replace" {
  if (isShell(before) && isShell(after)) return [];
  if (isShell(before)) return [createOperator(after)];
  if (isForGood(before, after, sides)) return "replace";
  const links = linkWords.map((word) => alterLink(word, before, after, sides));
  if (links.includes("replace")) return "replace";
  const options = [
    ...(before.restrict === after.restrict ? [] : [`restrict = ${after.restrict ?? "none"}`]),
    ...(before.join === after.join ? [] : [`join = ${after.join ?? "none"}`]),
    ...links.flat(),
    ...(before.hashes === after.hashes ? [] : ["hashes"]),
    ...(before.merges === after.merges ? [] : ["merges"]),
  ];
  return options.length === 0 ? [] : [`alter operator ${after.name} set (${options.join(", ")})`];
}

/** What nothing sets behind CREATE OPERATOR, apart from links to others. */
function isForGood(before: CatalogOperator, after: CatalogOperator, { after: index }: Sides): boolean {
  const differs = (field: "function" | "result" | "left" | "right") => before[field] !== after[field];
  if (differs("function") || differs("result") || differs("left") || differs("right")) return true;
  const [lost, won] = [before.hashes && !after.hashes, !before.hashes && after.hashes];
  const [lostToo, wonToo] = [before.merges && !after.merges, !before.merges && after.merges];
  return lost || lostToo || ((won || wonToo) && index.catalog.serverVersion < canSetLinks);
}

/**
 * A link is set once. The server sets it on both sides when one of them is made or altered to say it, and takes it back
 * from one when the other, which says it too, is dropped. So of two that stay only the first is altered or made again.
 */
function alterLink(
  word: LinkWord,
  before: CatalogOperator,
  after: CatalogOperator,
  sides: Sides,
): readonly string[] | "replace" {
  const [was, is] = [before[word], after[word]];
  if (was === is) return [];
  const freed = was === undefined || (isMutual(word, before.name, was, sides.before) && isGone(was, sides));
  if (is === undefined) return freed || isSecond(word, before.name, was, sides.before) ? [] : "replace";
  const partner = sides.after.find("operators", is);
  const isMade = partner !== undefined && !isShell(partner) && isMadeAnew(partner, sides);
  if (partner !== undefined && !isShell(partner) && partner[word] !== after.name) {
    if (isMade) return "replace";
    throw oneSided(word, after, is);
  }
  if (!freed) return "replace";
  if (isMade || isSecond(word, after.name, is, sides.after)) return [];
  const isReady = was === undefined && (partner === undefined || !isShell(partner));
  return isReady && sides.after.catalog.serverVersion >= canSetLinks ? [link(word, is)] : "replace";
}

/** Dropped, or dropped and made again. */
function isGone(name: string, sides: Sides): boolean {
  const [was, is] = [sides.before.find("operators", name), sides.after.find("operators", name)];
  return was !== undefined && (is === undefined || isForGood(was, is, sides));
}

function isMadeAnew(after: CatalogOperator, sides: Sides): boolean {
  const was = sides.before.find("operators", after.name);
  return was === undefined || isShell(was) || isForGood(was, after, sides);
}

function isMutual(word: LinkWord, name: string, partner: string, index: CatalogIndex): boolean {
  return index.find("operators", partner)?.[word] === name;
}

function isSecond(word: LinkWord, name: string, partner: string, index: CatalogIndex): boolean {
  return partner < name && isMutual(word, name, partner, index);
}

function oneSided(word: LinkWord, { name }: CatalogOperator, partner: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_DIFF_IMPOSSIBLE",
    `Operator ${name} names ${partner} as its ${word}, which does not name it back, and is there already.`,
    { hint: `Say the ${word} of ${partner} too.`, facts: { operator: name, [word]: partner } },
  );
}

/**
 * Of an operator that is named by another and does not name it back, the server makes the shell first: made before the
 * other, it would be linked to it. Where both are new, it is made with and behind the other.
 */
function partnersBehind(entry: CatalogOperator, sides: Sides): readonly CatalogOperator[] {
  const partners = linkWords.map((word) => sides.after.find("operators", entry[word] ?? ""));
  return [...new Set(partners)].filter(
    (partner): partner is CatalogOperator => partner !== undefined && partnersBefore(partner, sides)[0] === entry,
  );
}

function partnersBefore(entry: CatalogOperator, { before, after }: Sides): readonly CatalogOperator[] {
  const isNew = ({ name }: CatalogOperator) => before.find("operators", name) === undefined;
  if (isShell(entry) || !isNew(entry)) return [];
  return after.catalog.operators.filter(
    (other) =>
      other !== entry &&
      isNew(other) &&
      linkWords.some((word) => other[word] === entry.name && entry[word] !== other.name),
  );
}

const contexts = { explicit: "", assignment: " as assignment", implicit: " as implicit" } as const;

function createCast({ name, method, function: by, context }: CatalogCast): string {
  const how = { function: `with function ${by}`, inout: "with inout", binary: "without function" }[method];
  return `create cast ${name} ${how}${contexts[context]}`;
}
