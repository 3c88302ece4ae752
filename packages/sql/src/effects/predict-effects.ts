import type { Catalog, Effect, Operation, Statement } from "@confiture/model";
import { type Grammar, openGrammar } from "../parse/parse-statement.js";
import { firstVersionOf } from "./first-version.js";
import { mergeEffects } from "./merge-effects.js";
import { Picture } from "./picture/picture.js";
import { pictureOfCatalog } from "./picture/picture-of-catalog.js";
import { StatementContext } from "./statement-context.js";
import { statementReaders } from "./statements/statement-readers.js";

export interface PredictEffectsOptions {
  /** What is there before the first statement. Without it every effect that depends on it is `assumed`. */
  readonly catalog?: Catalog;
  /** Major version of the server the statements are for. Default: that of the catalog, else 18. */
  readonly serverVersion?: number;
  /** Schemas in which a name without one is looked for, in order, as SQL spells them. Default: `public`. */
  readonly searchPath?: readonly string[];
  /** The session's TimeZone: whether `timestamp` becomes `timestamptz` without a rewrite depends on it. */
  readonly timeZone?: string;
}

/** One statement with everything it does. */
export interface StatementEffects {
  readonly statement: Statement;
  readonly operations: readonly Operation[];
  /** All operations together: the strongest lock on each relation, the weakest promise. */
  readonly effect: Effect;
}

/** The newest version whose effects are known. */
export const newestKnownVersion = 18;

/**
 * What each statement of a file does to the relations that were there before it: locks, rewrites, scans, index builds,
 * hazards. Statements see what earlier ones did. PostgreSQL 13–18; the facts behind it are `operationFacts`, each with
 * a probe that is run on real servers.
 */
export async function predictEffects(
  statements: readonly Statement[],
  options: PredictEffectsOptions = {},
): Promise<readonly StatementEffects[]> {
  const grammar = await openGrammar();
  const picture = openPicture(options, grammar, statements);
  return statements.map((statement) => advance(statement, picture, grammar));
}

/** What is there before the first of these statements. */
export function openPicture(
  options: PredictEffectsOptions,
  grammar: Grammar,
  statements: readonly Statement[],
): Picture {
  const { catalog, timeZone } = options;
  const version =
    options.serverVersion ?? (catalog === undefined ? newestKnownVersion : Math.floor(catalog.serverVersion / 10_000));
  const settings = {
    version,
    searchPath: options.searchPath ?? ["public"],
    ...(timeZone === undefined ? {} : { timeZone }),
  };
  const picture =
    catalog === undefined ? new Picture(false, version, settings) : pictureOfCatalog(catalog, grammar, settings);
  picture.keepsMarks = statements.some(({ kind, text }) => kind === "TransactionStmt" && /rollback|abort/i.test(text));
  return picture;
}

/** What a statement does to the picture as it stands; the picture goes on to what is there behind it. */
export function advance(statement: Statement, picture: Picture, grammar: Grammar): StatementEffects {
  const operations = readOperations(statement, picture, grammar);
  return { statement, operations, effect: mergeEffects(operations.map(({ effect }) => effect)) };
}

function readOperations(statement: Statement, picture: Picture, grammar: Grammar): readonly Operation[] {
  const context = new StatementContext(picture, grammar, statement.text, statementReaders);
  const tree = statement.kind === "unparsable" ? undefined : grammar.statements(statement.text)?.[0];
  if (tree === undefined) context.begin("unclassified").isUnknown = true;
  else context.read(tree);
  const alone = statement.transactionality.kind === "alone";
  const since = tree === undefined ? 0 : firstVersionOf({ [tree.tag]: tree.fields });
  return context.drafts.map((draft) => {
    if (draft.inside === undefined) draft.since = Math.max(draft.since, since);
    if (alone) draft.transactional = false;
    if (picture.wasRolledBack) {
      draft.assume("what was rolled back above is there all the same");
      // What stands in its way may be what is gone.
      draft.refused = undefined;
    }
    return draft.finish();
  });
}
