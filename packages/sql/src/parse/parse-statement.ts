import { ConfitureError, type SourceLocation } from "@confiture/model";
import { blankComments } from "../split/blank-comments.js";
import { isFields, listOf, type TreeFields, type TreeNode, type TreeValue, untag } from "./parse-tree.js";
import { keepExitCode, loadPgQueryModule, type PgQueryModule } from "./pg-query-module.js";

/** What the grammar made of one statement. */
export type ParseOutcome =
  | { readonly kind: "parsed"; readonly tag: string; readonly tree: TreeValue }
  /** `offset`: UTF-16 code units into the text; undefined where the grammar names no place. */
  | { readonly kind: "refused"; readonly message: string; readonly offset?: number };

/** Largest statement handed to the parser, in UTF-8 bytes. Its memory ends at 1 GiB, and a tree takes many times its text. */
export const maxStatementBytes = 64 * 1024 * 1024;

// An instance never gives memory back; one that a huge statement made large is dropped.
const keptHeapBytes = 256 * 1024 * 1024;

let instance: Promise<PgQueryModule> | undefined;

/**
 * Parses one statement by the grammar of PostgreSQL 18, loading it on first use.
 * @throws ConfitureError CONFITURE_FILE_UNREADABLE when the statement is too large for the parser's memory.
 */
export async function parseStatement(text: string, at: SourceLocation): Promise<ParseOutcome> {
  const nul = text.indexOf("\0");
  if (nul !== -1) return { kind: "refused", message: "a NUL character cannot be part of a statement", offset: nul };
  // A code unit takes 1 to 3 bytes, so most texts need no counting.
  if (text.length * 3 > maxStatementBytes) refuseAboveLimit(Buffer.byteLength(text), at);
  instance ??= loadPgQueryModule();
  const module = await instance;
  try {
    return keepExitCode(() => readParseResult(module, blankComments(text), text));
  } catch (error) {
    instance = undefined;
    if (error instanceof RangeError) return { kind: "refused", message: "nested too deeply for the parser" };
    throw tooLarge(Buffer.byteLength(text), at, error);
  } finally {
    if (module.HEAPU8.length > keptHeapBytes) instance = undefined;
  }
}

/** The parse tree of every PL/pgSQL body in a statement, or undefined where there is none or it cannot be read. */
export async function parsePlpgsqlBodies(text: string): Promise<TreeValue | undefined> {
  return (await openGrammar()).plpgsql(text);
}

/** The grammar, loaded: many small texts are parsed without a promise for each. */
export interface Grammar {
  /** The trees of all statements in a text; undefined where the grammar refuses one of them. */
  statements(text: string): readonly TreeNode[] | undefined;
  /** The trees of the PL/pgSQL bodies in a statement (CREATE FUNCTION, DO); undefined where one cannot be read. */
  plpgsql(text: string): TreeValue | undefined;
}

export async function openGrammar(): Promise<Grammar> {
  instance ??= loadPgQueryModule();
  const module = await instance;
  // After running out of memory or stack an instance stays broken: the callers go on with "cannot be read".
  const orNothing = <Answer>(work: () => Answer): Answer | undefined => {
    try {
      return keepExitCode(work);
    } catch {
      instance = undefined;
      return undefined;
    }
  };
  return {
    statements: (text) => orNothing(() => readParsedTrees(module, blankComments(text))),
    plpgsql: (text) => orNothing(() => readPlpgsql(module, text)),
  };
}

function readParsedTrees(module: PgQueryModule, text: string): readonly TreeNode[] | undefined {
  return withCString(module, text, (address) => {
    const result = module._wasm_parse_query_raw(address);
    const tree = module.getValue(result, "i32");
    const refused = module.getValue(result + 8, "i32") !== 0;
    const answer = refused || tree === 0 ? undefined : (JSON.parse(module.UTF8ToString(tree)) as TreeFields);
    module._wasm_free_parse_result(result);
    return answer === undefined
      ? undefined
      : listOf(answer.stmts).flatMap((one) => (isFields(one) ? (untag(one.stmt) ?? []) : []));
  });
}

function readPlpgsql(module: PgQueryModule, text: string): TreeValue | undefined {
  return withCString(module, text, (address) => {
    const result = module._wasm_parse_plpgsql(address);
    const json = module.UTF8ToString(result);
    module._wasm_free_string(result);
    // Anything but JSON is the message of an error.
    return json.startsWith("{") ? (JSON.parse(json) as TreeValue) : undefined;
  });
}

/** `written` has the same code points in the same places as the text that is parsed. */
function readParseResult(module: PgQueryModule, text: string, written: string): ParseOutcome {
  return withCString(module, text, (address) => {
    const result = module._wasm_parse_query_raw(address);
    const tree = module.getValue(result, "i32");
    const error = module.getValue(result + 8, "i32");
    const outcome = error === 0 ? readTree(module, tree) : readError(module, error, written);
    module._wasm_free_parse_result(result);
    return outcome;
  });
}

function readTree(module: PgQueryModule, address: number): ParseOutcome {
  if (address === 0) throw new Error("the parser gave no tree");
  const answer = JSON.parse(module.UTF8ToString(address)) as { readonly stmts?: TreeValue };
  const statements = listOf(answer.stmts);
  const only = statements[0];
  const tree = isFields(only) ? only.stmt : undefined;
  const node = untag(tree);
  if (statements.length > 1) return { kind: "refused", message: "several statements where one was expected" };
  if (tree === undefined || node === undefined) return { kind: "refused", message: "no statement" };
  return { kind: "parsed", tag: node.tag, tree };
}

function readError(module: PgQueryModule, address: number, text: string): ParseOutcome {
  const message = module.UTF8ToString(module.getValue(address, "i32"));
  if (message === "out of memory") throw new Error(message);
  // Counted from 1 in code points; 0 where there is no place.
  const position = module.getValue(address + 16, "i32");
  return position > 0
    ? { kind: "refused", message, offset: codePointOffset(text, position - 1) }
    : { kind: "refused", message };
}

function codePointOffset(text: string, codePoints: number): number {
  let offset = 0;
  for (let passed = 0; passed < codePoints && offset < text.length; passed += 1) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

function withCString<Answer>(module: PgQueryModule, text: string, use: (address: number) => Answer): Answer {
  const bytes = module.lengthBytesUTF8(text) + 1;
  const address = module._malloc(bytes);
  if (address === 0) throw new Error("out of memory");
  module.stringToUTF8(text, address, bytes);
  const answer = use(address);
  // Not in a finally: after a failure inside, the instance is thrown away whole.
  module._free(address);
  return answer;
}

function refuseAboveLimit(bytes: number, at: SourceLocation): void {
  if (bytes > maxStatementBytes) throw tooLarge(bytes, at, undefined);
}

function tooLarge(bytes: number, at: SourceLocation, cause: unknown): ConfitureError {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const why =
    bytes > maxStatementBytes
      ? `the limit is ${maxStatementBytes / 1024 / 1024} MiB`
      : "its parse tree does not fit into the parser's memory of 1 GiB";
  return new ConfitureError("CONFITURE_FILE_UNREADABLE", `One statement is ${size} long; ${why}.`, {
    at,
    hint: "Split the statement (an INSERT into several), or load the rows with COPY … FROM STDIN, whose data is not parsed.",
    facts: { bytes, maxStatementBytes },
    cause,
  });
}
