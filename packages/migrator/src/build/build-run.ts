import { ConfitureError, type Session, type SourceLocation, type Statement } from "@confiture/model";
import { failureAt } from "../execute/failure-at.js";
import type { StepFailure } from "../execute/migration-outcome.js";
import { keepUtf8, restoreSettings, type SessionSnapshot } from "../execute/session-settings.js";
import { stepOf } from "../plan/segment-statements.js";
import type { ParsedSection } from "./parse-sections.js";

/** A commit before the end of a build: what stands above it stays when something below it fails. */
export interface EarlyCommit {
  readonly at: SourceLocation;
  /** Before a statement that PostgreSQL refuses in a transaction, behind one that adds an enum value used further down. */
  readonly where: "before" | "behind";
  readonly because: string;
}

export interface BuildRunOptions {
  /** As files should find it. */
  readonly settings: SessionSnapshot;
  /** Statements behind which a commit must stand, and why. */
  readonly boundaries: ReadonlyMap<Statement, string>;
  readonly serverWide: "run" | "skip";
}

/** The transaction of a build, and what had to be committed before its end. */
export class BuildRun {
  readonly commits: EarlyCommit[] = [];
  readonly #session: Session;
  readonly #settings: SessionSnapshot;
  readonly #boundaries: ReadonlyMap<Statement, string>;
  readonly #serverWide: "run" | "skip";
  #open = false;

  constructor(session: Session, options: BuildRunOptions) {
    this.#session = session;
    this.#settings = options.settings;
    this.#boundaries = options.boundaries;
    this.#serverWide = options.serverWide;
  }

  async file({ statements }: ParsedSection): Promise<void> {
    for (const statement of statements) {
      if (statement.serverWide !== undefined && this.#serverWide === "skip") continue;
      await this.#statement(statement);
      if (statement.kind === "VariableSetStmt") await this.#guarded(statement, "", () => keepUtf8(this.#session));
      const because = this.#boundaries.get(statement);
      if (because !== undefined) await this.#commitEarly({ at: statement.at, where: "behind", because }, statement);
    }
    if (statements.some(({ mayChangeSettings }) => mayChangeSettings)) {
      await this.#guarded(statements.at(-1), "", () => restoreSettings(this.#session, this.#settings));
    }
  }

  /** Commits what is open; `at` is the statement that is named when that fails (a deferred constraint, say). */
  async commit(at: Statement | undefined): Promise<void> {
    if (!this.#open) return;
    await this.#guarded(at, "", () => this.#session.query("commit"));
    this.#open = false;
  }

  async #commitEarly(commit: EarlyCommit, statement: Statement): Promise<void> {
    if (!this.#open) return;
    await this.commit(statement);
    this.commits.push(commit);
  }

  async #statement(statement: Statement): Promise<void> {
    const { transactionality } = statement;
    switch (transactionality.kind) {
      case "transaction-control":
        // A file's own BEGIN and COMMIT say that it wants to be all or nothing, which it is.
        if (transactionality.control === "begin" || transactionality.control === "commit") return;
        return this.#send(statement);
      case "alone":
        await this.#commitEarly({ at: statement.at, where: "before", because: transactionality.because }, statement);
        return this.#send(statement, { alone: true });
      case "transactional":
      case "adds-enum-value":
        return this.#send(statement);
      default:
        transactionality satisfies never;
    }
  }

  async #send(statement: Statement, { alone = false } = {}): Promise<void> {
    const prefix = alone || this.#open ? "" : "begin;";
    if (!alone) this.#open = true;
    await this.#guarded(statement, prefix, async () => {
      if (statement.copyData === undefined) return this.#session.query(prefix + statement.text);
      if (prefix !== "") await this.#session.query(prefix);
      return this.#session.copyIn?.(statement.text, statement.copyData);
    });
  }

  /** Anything that fails ends the build: the transaction is rolled back, and the error names the place. */
  async #guarded(statement: Statement | undefined, prefix: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const at = statement?.at ?? { file: "", line: 1, column: 1 };
      const step = statement === undefined ? undefined : stepOf(statement);
      const failure = failureAt(error, { step, prefixLength: prefix.length }, at.file, this.#whatRemains());
      await this.#rollBack(failure);
      throw failure.error;
    }
  }

  #whatRemains(): string {
    const last = this.commits.at(-1);
    return last === undefined
      ? "Everything was rolled back."
      : `What stands above ${last.at.file}:${last.at.line} had to be committed and stays: ${last.because}.`;
  }

  /** On a broken connection the server rolls back by itself, and the first error is the one to report. */
  async #rollBack(failure: StepFailure): Promise<void> {
    this.#open = false;
    if (failure.error.code === "CONFITURE_CONNECTION_LOST") return;
    try {
      await this.#session.query("rollback");
      await restoreSettings(this.#session, this.#settings);
    } catch (cause) {
      throw new ConfitureError(failure.error.code, `${failure.error.message} The rollback failed as well.`, {
        ...(failure.error.at === undefined ? {} : { at: failure.error.at }),
        hint: "The server rolls back by itself when the connection ends.",
        cause,
      });
    }
  }
}
