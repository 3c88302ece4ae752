import type { SourceLocation } from "./source-location.js";

/** One statement of a file, with exactly the text that will be sent. */
export interface Statement {
  /** Position among the file's statements, from 0. */
  readonly index: number;
  /** From the first token to the last, without the terminating semicolon. */
  readonly text: string;
  /** Offset of `text` in the file, in UTF-16 code units, and the offset just behind it. */
  readonly start: number;
  readonly end: number;
  readonly at: SourceLocation;
  /** Columns in front of each further line in the file that the text does not have: the indentation of a YAML block. Absent: 0. */
  readonly indent?: number;
  /** Inline data of `COPY … FROM STDIN`, up to but without the `\.` line. */
  readonly copyData?: string;
  /** The parse tree's node tag (`CreateStmt`, `IndexStmt`, …), or `unparsable`. */
  readonly kind: string;
  /** Why the grammar refused it. Present exactly when `kind` is `unparsable`. */
  readonly syntaxError?: { readonly message: string; readonly at: SourceLocation };
  /** Where it may run. */
  readonly transactionality: Transactionality;
  /** True when running it may change a session setting or role that outlives it (SET, set_config, DO, CALL, SELECT f()). */
  readonly mayChangeSettings: boolean;
  /** Set when it acts on the whole server (`ALTER ROLE`, `DROP DATABASE`, …): a shadow on the same server does not contain it. */
  readonly serverWide?: string;
  /** SHA-256 (hex) of the parse tree without locations; of the line-end-normalised text when unparsable. */
  readonly semanticHash: string;
}

/** Where a statement may run. PostgreSQL 13–18; each row's proof is the probe in `@confiture/sql`'s table. */
export type Transactionality =
  | { readonly kind: "transactional" }
  /** PostgreSQL refuses it inside a transaction block, so it runs alone. */
  | { readonly kind: "alone"; readonly because: string; readonly action: StandaloneAction }
  /** A new enum value: later statements of the same transaction may not use it. */
  | { readonly kind: "adds-enum-value"; readonly type: QualifiedName; readonly value: string }
  /** BEGIN, COMMIT and their kin: the author's own segment boundaries. */
  | {
      readonly kind: "transaction-control";
      readonly control: "begin" | "commit" | "rollback" | "savepoint" | "release" | "rollback-to" | "prepare";
      /** Options behind BEGIN or START TRANSACTION, as text (`isolation level serializable`). */
      readonly options?: string;
      /** COMMIT AND CHAIN. */
      readonly chain?: boolean;
    };

/** A name as the author wrote it: without a schema, the search path decides. */
export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/**
 * What a statement that runs alone does, in just the detail that is needed to tell, after a crash, whether it happened.
 */
export type StandaloneAction =
  | {
      readonly kind: "create-index-concurrently";
      /** Undefined: PostgreSQL chooses the name. */
      readonly index?: QualifiedName;
      readonly table: QualifiedName;
      readonly ifNotExists: boolean;
    }
  | { readonly kind: "drop-index-concurrently"; readonly index: QualifiedName; readonly ifExists: boolean }
  | {
      readonly kind: "reindex";
      readonly target: "index" | "table" | "schema" | "database" | "system";
      readonly name?: QualifiedName;
      readonly concurrently: boolean;
    }
  | { readonly kind: "detach-partition-concurrently"; readonly table: QualifiedName; readonly partition: QualifiedName }
  | { readonly kind: "detach-partition-finalize"; readonly table: QualifiedName; readonly partition: QualifiedName }
  | { readonly kind: "create-database" | "drop-database" | "alter-database"; readonly name: string }
  | { readonly kind: "create-tablespace" | "drop-tablespace"; readonly name: string }
  | { readonly kind: "create-subscription" | "drop-subscription" | "alter-subscription"; readonly name: string }
  /** VACUUM, CLUSTER, ALTER SYSTEM, DISCARD ALL, …: running it again does no harm. */
  | { readonly kind: "repeatable"; readonly what: string }
  /** DO, CALL, COMMIT PREPARED, …: after a crash only a person can tell. */
  | { readonly kind: "unknowable"; readonly what: string };
