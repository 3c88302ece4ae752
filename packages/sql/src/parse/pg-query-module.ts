import { createRequire } from "node:module";

/** What we use of the WebAssembly build of the server's grammar, PostgreSQL 18. Addresses are bytes in its memory. */
export interface PgQueryModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _wasm_parse_query_raw(text: number): number;
  _wasm_free_parse_result(result: number): void;
  _wasm_parse_plpgsql(text: number): number;
  _wasm_free_string(text: number): void;
  getValue(address: number, type: "i32"): number;
  UTF8ToString(address: number): string;
  stringToUTF8(text: string, address: number, bytes: number): void;
  lengthBytesUTF8(text: string): number;
}

type PgQueryFactory = (options: {
  /** Memory statistics, printed before it gives up; the error says what matters. */
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<PgQueryModule>;

/**
 * Makes a fresh instance. Not through the package's main entry, because that one keeps a single instance for the
 * whole process, and an instance that once ran out of memory or stack stays broken.
 */
export function loadPgQueryModule(): Promise<PgQueryModule> {
  const load = createRequire(import.meta.url);
  const factory = load("libpg-query/wasm/libpg-query.js") as PgQueryFactory;
  return factory({ print: () => undefined, printErr: () => undefined });
}

/** Runs something of an instance. When that gives up, it takes our process for its own and sets the exit code. */
export function keepExitCode<Answer>(work: () => Answer): Answer {
  const { exitCode } = process;
  try {
    return work();
  } finally {
    process.exitCode = exitCode;
  }
}
