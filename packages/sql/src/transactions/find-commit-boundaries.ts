import type { QualifiedName, Statement } from "@confiture/model";
import { parseStatement } from "../parse/parse-statement.js";
import { isFields, listOf, stringNode, stringOf, type TreeValue, untag, walkTree } from "../parse/parse-tree.js";
import { nameFromParts } from "../parse/read-names.js";

/** A commit that must stand behind a statement, and the reason in words. */
export interface CommitBoundary {
  /** `Statement.index` of the statement the commit follows. */
  readonly after: number;
  readonly because: string;
}

interface AddedValue {
  readonly type: QualifiedName;
  readonly value: string;
}

export interface FindCommitBoundariesOptions {
  /** Major version of the server, when it is known. */
  readonly serverVersion?: number;
}

// Since then, a value added to an enum that the same transaction created may be used at once.
const ownEnumsAreFreeSince = 17;

/**
 * Where a commit must stand so that a new enum value can be used: PostgreSQL refuses it in the transaction that adds
 * it. Each boundary stands behind the last ALTER TYPE … ADD VALUE before the first use. There is none where the value
 * is not used, where the author commits in between, where a statement in between runs alone anyway, or where the
 * server is known to be PostgreSQL 17 or newer and the enum was created in the same stretch: older ones refuse that too.
 */
export async function findCommitBoundaries(
  statements: readonly Statement[],
  options: FindCommitBoundariesOptions = {},
): Promise<readonly CommitBoundary[]> {
  const ownEnumsAreFree = (options.serverVersion ?? 0) >= ownEnumsAreFreeSince;
  const boundaries: CommitBoundary[] = [];
  let added: AddedValue[] = [];
  let created: QualifiedName[] = [];
  let lastAddition = -1;
  for (const statement of statements) {
    if (endsStretch(statement)) {
      added = [];
      created = [];
    } else if (statement.transactionality.kind === "adds-enum-value") {
      const { type, value } = statement.transactionality;
      if (!(ownEnumsAreFree && created.some((one) => mayBeSame(one, type)))) added.push({ type, value });
      lastAddition = statement.index;
    } else if (added.length > 0) {
      const used = await firstUsed(added, statement);
      if (used === undefined) continue;
      boundaries.push({ after: lastAddition, because: reason(used, statement) });
      added = [];
      created = [];
    }
    const enumType = ownEnumsAreFree ? await createdEnum(statement) : undefined;
    if (enumType !== undefined) created.push(enumType);
  }
  return boundaries;
}

function endsStretch({ transactionality }: Statement): boolean {
  if (transactionality.kind === "alone") return true;
  if (transactionality.kind !== "transaction-control") return false;
  return ["begin", "commit", "rollback", "prepare"].includes(transactionality.control);
}

function reason(used: AddedValue, statement: Statement): string {
  const type = used.type.schema === undefined ? used.type.name : `${used.type.schema}.${used.type.name}`;
  return `the new value '${used.value}' of enum ${type} is used at line ${statement.at.line}, which PostgreSQL allows only once it is committed`;
}

async function firstUsed(added: readonly AddedValue[], statement: Statement): Promise<AddedValue | undefined> {
  // Cheap, and nearly always the answer: what is not in the text cannot be in the tree, unless escapes hide it.
  const written = `${statement.text}${statement.copyData ?? ""}`;
  const candidates = added.filter(({ value }) => hasEscapes(value, written) || written.includes(value));
  const listsValues = /enum_(range|first|last)/i.test(written);
  if (candidates.length === 0 && !listsValues) return undefined;
  const mentioned = await readMentions(statement);
  if (mentioned.listsEnumValues) return added[0];
  return candidates.find(
    ({ value }) =>
      mentioned.constants.some((constant) => isOrHolds(constant, value)) ||
      mentioned.code.some((text) => standsIn(text, value)),
  );
}

function hasEscapes(value: string, written: string): boolean {
  return /['"\\]/.test(value) || written.includes("\\");
}

interface Mentions {
  readonly constants: readonly string[];
  /** Function bodies and inline data, in which a value may stand anywhere. */
  readonly code: readonly string[];
  /** It calls a function that answers with the values of an enum, of whichever type. */
  readonly listsEnumValues: boolean;
}

const listingFunctions = new Set(["enum_range", "enum_first", "enum_last"]);

async function readMentions(statement: Statement): Promise<Mentions> {
  const constants: string[] = [];
  const code = statement.copyData === undefined ? [] : [statement.copyData];
  let listsEnumValues = false;
  const outcome = await parseStatement(statement.text, statement.at);
  if (outcome.kind === "refused") return { constants, code: [...code, statement.text], listsEnumValues };
  for (const { tag, fields } of walkTree(outcome.tree)) {
    if (tag === "A_Const" && isFields(fields.sval)) constants.push(stringOf(fields.sval.sval) ?? "");
    else if (tag === "DefElem" && fields.defname === "as") code.push(...bodiesOf(fields.arg));
    else if (tag === "FuncCall") {
      listsEnumValues ||= listingFunctions.has(nameFromParts(listOf(fields.funcname))?.name ?? "");
    }
  }
  return { constants, code, listsEnumValues };
}

function bodiesOf(value: TreeValue | undefined): readonly string[] {
  const alone = stringNode(value);
  if (alone !== undefined) return [alone];
  const list = isFields(value) && isFields(value.List) ? listOf(value.List.items) : [];
  return list.flatMap((item) => stringNode(item) ?? []);
}

/** As a word of its own: short values are parts of many words. */
function standsIn(text: string, value: string): boolean {
  const isInWord = (before: string | undefined, after: string | undefined) =>
    before !== undefined && after !== undefined && wordLetter.test(before) && wordLetter.test(after);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const behind = at + value.length;
    if (!isInWord(text[at - 1], value[0]) && !isInWord(value.at(-1), text[behind])) return true;
  }
  return false;
}

const wordLetter = /[\p{L}\p{N}_]/u;

/** The constant itself, or one of the parts of an array, row, range or JSON constant. */
function isOrHolds(constant: string, value: string): boolean {
  return constant === value || (/^\s*[{[(]/.test(constant) && constant.includes(value));
}

async function createdEnum(statement: Statement): Promise<QualifiedName | undefined> {
  if (statement.kind !== "CreateEnumStmt") return undefined;
  const outcome = await parseStatement(statement.text, statement.at);
  const node = outcome.kind === "parsed" ? untag(outcome.tree) : undefined;
  return nameFromParts(listOf(node?.fields.typeName));
}

/** Without a schema the search path decides, which the text cannot tell. */
function mayBeSame(one: QualifiedName, other: QualifiedName): boolean {
  const schemasFit = one.schema === undefined || other.schema === undefined || one.schema === other.schema;
  return schemasFit && one.name === other.name;
}
