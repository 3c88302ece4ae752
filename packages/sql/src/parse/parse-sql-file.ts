import type { SourceLocation, Statement } from "@confiture/model";
import { rawHash } from "../checksum/raw-hash.js";
import {
  checksumAlgorithm,
  hashTree,
  hashUnparsable,
  semanticChecksum,
  withLineFeeds,
} from "../checksum/semantic-hash.js";
import { serverWide } from "../reach/server-wide.js";
import { locateWithin } from "../split/locate-offset.js";
import type { RawMetaCommand, RawStatement } from "../split/raw-piece.js";
import { splitStatements } from "../split/split-statements.js";
import { mayChangeSettings } from "../transactions/may-change-settings.js";
import { readTransactionality } from "../transactions/read-transactionality.js";
import { parseStatement } from "./parse-statement.js";

/** A file as statements with everything that can be told from the text alone. */
export interface ParsedFile {
  readonly statements: readonly Statement[];
  /** psql backslash commands, in order. */
  readonly metaCommands: readonly { readonly text: string; readonly at: SourceLocation }[];
  /** SHA-256 (hex) of the text's bytes. */
  readonly rawHash: string;
  /** Over the statements' semantic hashes: comments, white space and line ends do not count, constants and bodies do. */
  readonly checksum: string;
  readonly checksumAlgorithm: string;
}

/**
 * Splits and parses a file. A statement that the grammar refuses is reported with its `syntaxError` and never hides
 * the rest.
 * @throws ConfitureError CONFITURE_FILE_UNREADABLE when one statement is too large to be parsed.
 */
export async function parseSqlFile(text: string, options: { readonly file: string }): Promise<ParsedFile> {
  const statements: Statement[] = [];
  const metaCommands: RawMetaCommand[] = [];
  for (const piece of splitStatements(text, options).pieces) {
    if (piece.kind === "statement") statements.push(await readStatement(piece, statements.length));
    else metaCommands.push(piece);
  }
  return {
    statements,
    metaCommands: metaCommands.map(({ text, at }) => ({ text, at })),
    rawHash: rawHash(text),
    checksum: semanticChecksum(statements),
    checksumAlgorithm,
  };
}

async function readStatement(piece: RawStatement, index: number): Promise<Statement> {
  const { text, start, end, at, copyData } = piece;
  const place = { index, text, start, end, at, ...(copyData === undefined ? {} : { copyData }) };
  if (piece.unterminated !== undefined) {
    const { what, at: opened } = piece.unterminated;
    return { ...place, ...unparsable(piece, `unterminated ${what}`, opened) };
  }
  const normalised = withLineFeeds(text);
  const outcome = await parseStatement(normalised, at);
  if (outcome.kind === "refused") {
    // Offsets in the normalised text are not offsets in the file.
    const refusal = normalised === text ? outcome : await parseStatement(text, at);
    const offset = refusal.kind === "refused" ? refusal.offset : undefined;
    const message = psqlVariable(text, offset) ?? outcome.message;
    return { ...place, ...unparsable(piece, message, locateWithin(at, text, offset ?? 0)) };
  }
  const reach = serverWide(outcome.tree, normalised);
  return {
    ...place,
    ...(reach === undefined ? {} : { serverWide: reach }),
    kind: outcome.tag,
    transactionality: await readTransactionality(outcome.tree, normalised),
    mayChangeSettings: mayChangeSettings(outcome.tree),
    semanticHash: hashTree(outcome.tree, copyData),
  };
}

/** What psql would have put in before it sent the statement. */
function psqlVariable(text: string, offset: number | undefined): string | undefined {
  const [found] = /^:(?:'\w+'|"\w+"|\{\?\w+\}|\w+)/.exec(text.slice(offset ?? text.length)) ?? [];
  return found === undefined ? undefined : `${found} is a variable of psql, not SQL`;
}

function unparsable(piece: RawStatement, message: string, at: SourceLocation) {
  return {
    kind: "unparsable",
    syntaxError: { message, at },
    transactionality: { kind: "transactional" },
    // Nothing is known about it, so the careful answer.
    mayChangeSettings: true,
    semanticHash: hashUnparsable(piece.text, piece.copyData),
  } as const;
}
