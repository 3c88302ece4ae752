import type { NamedHooks } from "./hook-yaml.js";

/** SQL somebody wrote, and where it begins in its file (a YAML file holds it further down). */
export interface SqlText {
  readonly file: string;
  readonly text: string;
  /** Line of the file on which `text` begins, from 1. */
  readonly firstLine: number;
  /** Columns that stand before every line of `text` in the file: the indentation of a YAML block. */
  readonly indent: number;
}

interface MigrationBase {
  /** As the file name spells it: `001` and `1` are one version. */
  readonly version: string;
  readonly name: string;
  /** Path of the file that makes the migration, as a person would type it from the project's folder. */
  readonly file: string;
  readonly description?: string;
  /** SHA-256 (hex) of what the up file holds, byte for byte. */
  readonly rawHash: string;
}

/** A migration as its files say it. Reading one runs nothing and parses no SQL. */
export type Migration = SqlMigration | ProgramMigration;

export interface SqlMigration extends MigrationBase {
  readonly source: "sql" | "yaml";
  readonly up: SqlText;
  /** Absent: it cannot be undone. */
  readonly down?: SqlText;
  /** Hooks that its YAML names. Absent: none. */
  readonly hooks?: readonly NamedHooks[];
}

export interface ProgramMigration extends MigrationBase {
  readonly source: "typescript";
  /** The program's text, kept with the record so that it can be undone when the file is gone. */
  readonly text: string;
}
