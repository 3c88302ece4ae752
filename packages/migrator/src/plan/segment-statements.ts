import { ConfitureError, type PlannedSegment, type PlannedStep, type Statement } from "@confiture/model";
import { findCommitBoundaries } from "@confiture/sql";

/**
 * Groups a migration's statements into what commits together. Statements that PostgreSQL refuses in a transaction run
 * alone; a commit is set behind a new enum value that is used further down; the author's own BEGIN and COMMIT are
 * boundaries. Everything else stays in one transaction.
 *
 * @throws CONFITURE_TRANSACTION_CONTROL for ROLLBACK, PREPARE TRANSACTION, and a statement that must run alone between BEGIN and COMMIT
 */
export async function segmentStatements(statements: readonly Statement[]): Promise<readonly PlannedSegment[]> {
  const boundaries = new Map((await findCommitBoundaries(statements)).map(({ after, because }) => [after, because]));
  const grouping = new Grouping();
  for (const statement of statements) {
    grouping.take(statement);
    const because = boundaries.get(statement.index);
    if (because !== undefined) grouping.close(because);
  }
  return grouping.finish();
}

/** The segments so far, and the transaction that is still open. */
class Grouping {
  readonly #segments: PlannedSegment[] = [];
  #steps: PlannedStep[] = [];
  #beginOptions: string | undefined;
  #begun: Statement | undefined;

  take(statement: Statement): void {
    const { transactionality } = statement;
    switch (transactionality.kind) {
      case "transactional":
      case "adds-enum-value":
        this.#steps.push(stepOf(statement));
        return;
      case "alone":
        refuseDiscardAll(statement);
        if (this.#begun !== undefined) throw aloneInsideBegin(statement, transactionality.because, this.#begun);
        this.close(`the next statement runs alone: ${transactionality.because}`);
        this.#segments.push({
          kind: "alone",
          steps: [stepOf(statement)],
          because: transactionality.because,
          action: transactionality.action,
        });
        return;
      case "transaction-control":
        this.#control(statement, transactionality);
        return;
      default:
        transactionality satisfies never;
    }
  }

  close(boundary: string): void {
    if (this.#steps.length === 0) return;
    this.#segments.push({
      kind: "transaction",
      steps: this.#steps,
      boundary,
      ...(this.#beginOptions === undefined ? {} : { beginOptions: this.#beginOptions }),
    });
    this.#steps = [];
  }

  finish(): readonly PlannedSegment[] {
    this.close("end");
    return this.#segments;
  }

  #control(
    statement: Statement,
    control: Extract<Statement["transactionality"], { kind: "transaction-control" }>,
  ): void {
    switch (control.control) {
      case "begin":
        this.close("BEGIN in the file");
        this.#begun = statement;
        this.#beginOptions = control.options;
        return;
      case "commit":
        this.close("COMMIT in the file");
        if (control.chain === true) return;
        this.#begun = undefined;
        this.#beginOptions = undefined;
        return;
      case "savepoint":
      case "release":
      case "rollback-to":
        this.#steps.push(stepOf(statement));
        return;
      case "rollback":
      case "prepare":
        throw new ConfitureError("CONFITURE_TRANSACTION_CONTROL", refusalOf(control.control), {
          at: statement.at,
          hint: "Remove it: a migration is all that its file says, or nothing.",
        });
      default:
        control.control satisfies never;
    }
  }
}

function refuseDiscardAll(statement: Statement): void {
  if (statement.kind !== "DiscardStmt") return;
  throw new ConfitureError(
    "CONFITURE_MIGRATION_INVALID",
    "DISCARD ALL would let go of the lock that keeps two runs apart.",
    {
      at: statement.at,
      hint: "Remove it: settings, temporary tables and prepared statements of a migration end with it.",
    },
  );
}

function refusalOf(control: "rollback" | "prepare"): string {
  return control === "rollback"
    ? "ROLLBACK would undo statements of this file, and the record would say that they were applied."
    : "PREPARE TRANSACTION would leave the transaction to somebody else.";
}

/** A statement of a file as a step of a plan. */
export function stepOf(statement: Statement): PlannedStep {
  return {
    index: statement.index + 1,
    sql: statement.text,
    at: statement.at,
    ...(statement.indent === undefined ? {} : { indent: statement.indent }),
    kind: statement.kind,
    hash: statement.semanticHash,
    mayChangeSettings: statement.mayChangeSettings,
    ...(statement.serverWide === undefined ? {} : { serverWide: statement.serverWide }),
    ...(statement.copyData === undefined ? {} : { copyData: statement.copyData }),
  };
}

function aloneInsideBegin(statement: Statement, because: string, begun: Statement): ConfitureError {
  return new ConfitureError(
    "CONFITURE_TRANSACTION_CONTROL",
    `This statement cannot run inside the transaction that BEGIN opens on line ${begun.at.line}: ${because}.`,
    {
      at: statement.at,
      hint: "Move it behind the COMMIT, or remove BEGIN and COMMIT: the boundaries are then set for you.",
    },
  );
}
