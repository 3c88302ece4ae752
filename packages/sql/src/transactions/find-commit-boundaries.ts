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

/**
 * Where a commit must stand so that a new enum value can be used: PostgreSQL refuses it in the transaction that adds
 * it. Each boundary stands behind the last ALTER TYPE … ADD VALUE before the first use. There is none where the value
 * is not used, where the author commits in between, or where a statement in between runs alone anyway.
 */
export async function findCommitBoundaries(statements: readonly Statement[]): Promise<readonly CommitBoundary[]> {
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
      if (!created.some((one) => mayBeSame(one, type))) added.push({ type, value });
      lastAddition = statement.index;
    } else if (added.length > 0) {
      const used = await firstUsed(added, statement);
      if (used === undefined) continue;
      boundaries.push({ after: lastAddition, because: reason(used, statement) });
      added = [];
      created = [];
    }
    const enumType = await createdEnum(statement);
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
  // Cheap, and nearly always the answer: a value that is not in the text cannot be in the tree. Quotes and backslashes
  // may be doubled or escaped there, so such values are looked for in the tree.
  const written = `${statement.text}${statement.copyData ?? ""}`;
  const candidates = added.filter(({ value }) => isEscapable(value, written) || written.includes(value));
  if (candidates.length === 0) return undefined;
  const texts = await readConstants(statement);
  return candidates.find(({ value }) =>
    texts.some((text) => (text.isCode ? text.text.includes(value) : mentions(text.text, value))),
  );
}

function isEscapable(value: string, written: string): boolean {
  return /['"\\]/.test(value) || written.includes("\\");
}

interface ConstantText {
  readonly text: string;
  /** A body or data, in which the value may stand anywhere. */
  readonly isCode: boolean;
}

async function readConstants(statement: Statement): Promise<readonly ConstantText[]> {
  const texts: ConstantText[] = [];
  if (statement.copyData !== undefined) texts.push({ text: statement.copyData, isCode: true });
  const outcome = await parseStatement(statement.text, statement.at);
  if (outcome.kind === "refused") return [...texts, { text: statement.text, isCode: true }];
  for (const { tag, fields } of walkTree(outcome.tree)) {
    if (tag === "A_Const" && isFields(fields.sval))
      texts.push({ text: stringOf(fields.sval.sval) ?? "", isCode: false });
    if (tag === "DefElem" && fields.defname === "as") {
      for (const body of bodiesOf(fields.arg)) texts.push({ text: body, isCode: true });
    }
  }
  return texts;
}

function bodiesOf(value: TreeValue | undefined): readonly string[] {
  const alone = stringNode(value);
  if (alone !== undefined) return [alone];
  const list = isFields(value) && isFields(value.List) ? listOf(value.List.items) : [];
  return list.flatMap((item) => stringNode(item) ?? []);
}

/** The constant itself, or one of the parts of an array, row, range or JSON constant. */
function mentions(constant: string, value: string): boolean {
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
