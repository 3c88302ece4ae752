import type { Statement } from "@confiture/model";
import { parseStatement } from "../parse/parse-statement.js";
import type { TreeValue } from "../parse/parse-tree.js";
import { splitStatements } from "../split/split-statements.js";
import { definedObjects } from "./defined-objects.js";
import { type DefinedObject, objectKey, type UsedName } from "./named-object.js";
import { sqlBodies } from "./sql-bodies.js";
import { usedNames } from "./used-names.js";

export interface StatementDependencies {
  readonly defines: readonly DefinedObject[];
  /** Names written as `pg_catalog.…` are left out; an unqualified built-in stays and resolves to nothing of yours. */
  readonly uses: readonly UsedName[];
}

/**
 * What a statement creates and what must be there before it: foreign keys, queries of views, column types, trigger
 * functions, bodies of SQL functions. PostgreSQL does not resolve the names of a PL/pgSQL body when it creates the
 * function, so they are not listed. An unparsable statement has neither.
 */
export async function readDependencies(statement: Pick<Statement, "text" | "at">): Promise<StatementDependencies> {
  const outcome = await parseStatement(statement.text, statement.at);
  if (outcome.kind === "refused") return { defines: [], uses: [] };
  const defines = definedObjects(outcome.tree);
  const uses = [...usedNames(outcome.tree)];
  for (const body of sqlBodies(outcome.tree)) uses.push(...(await usedInBody(body, statement)));
  return { defines: distinct(defines), uses: needed(uses, defines) };
}

/** A body may create what its later statements use. */
async function usedInBody(body: string, statement: Pick<Statement, "at">): Promise<readonly UsedName[]> {
  const trees: TreeValue[] = [];
  for (const piece of splitStatements(body, { file: statement.at.file }).pieces) {
    if (piece.kind !== "statement" || piece.unterminated !== undefined) continue;
    const outcome = await parseStatement(piece.text, statement.at);
    if (outcome.kind === "parsed") trees.push(outcome.tree);
  }
  return needed(trees.flatMap(usedNames), trees.flatMap(definedObjects));
}

/** Each name once, without what the statement itself brings along (a foreign key to its own table). */
function needed(uses: readonly UsedName[], defines: readonly DefinedObject[]): readonly UsedName[] {
  const own = new Set(defines.map(objectKey));
  return distinct(uses).filter((use) => !own.has(objectKey(use)));
}

function distinct<Named extends UsedName>(names: readonly Named[]): readonly Named[] {
  return [...new Map(names.map((name) => [objectKey(name), name])).values()];
}
