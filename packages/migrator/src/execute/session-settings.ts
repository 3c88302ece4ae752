import type { PlannedSegment, Session } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import type { ResolvedRunOptions } from "./run-options.js";

/** Settings as they were found, to be put back. */
export interface SessionSnapshot {
  /** Settings that were set in this session, by name. */
  readonly settings: ReadonlyMap<string, string>;
  readonly role: string;
  readonly sessionUser: string;
}

interface SettingRow {
  readonly name: string;
  readonly setting: string;
}

interface IdentityRow {
  readonly role: string;
  readonly session_user: string;
}

/** What this session has set for itself, and as whom it acts. */
export async function snapshotSettings(session: Session): Promise<SessionSnapshot> {
  const identity = await session.query<IdentityRow>(
    "select pg_catalog.current_setting('role') as role, session_user::text as session_user",
  );
  const { rows } = await session.query<SettingRow>(
    "select name, setting from pg_catalog.pg_settings where source = 'session' and name <> all (array['role', 'session_authorization', 'is_superuser', 'transaction_isolation', 'transaction_read_only', 'transaction_deferrable'])",
  );
  return {
    settings: new Map(rows.map((row) => [row.name, row.setting])),
    role: identity.rows[0]?.role ?? "none",
    sessionUser: identity.rows[0]?.session_user ?? "",
  };
}

/** Undoes what a file did to search_path, role and every other setting, inside or outside a transaction. */
export async function restoreSettings(session: Session, wanted: SessionSnapshot): Promise<void> {
  // The search path may name a schema whose functions shadow PostgreSQL's own, so every name is qualified.
  const now = await snapshotSettings(session);
  const changes: string[] = [];
  if (now.sessionUser !== wanted.sessionUser) changes.push("reset session authorization");
  if (now.role !== wanted.role || now.sessionUser !== wanted.sessionUser)
    changes.push(`select pg_catalog.set_config('role', ${quoteLiteral(wanted.role)}, false)`);
  for (const [name, setting] of now.settings) {
    const before = wanted.settings.get(name);
    if (before === undefined) changes.push(`reset ${quoteSetting(name)}`);
    else if (before !== setting) changes.push(setConfig(name, before));
  }
  for (const [name, setting] of wanted.settings) {
    if (!now.settings.has(name)) changes.push(setConfig(name, setting));
  }
  if (changes.length > 0) await session.query(changes.join(";\n"));
}

const kindsThatLeaveObjects = new Set(["PrepareStmt", "DeclareCursorStmt", "ListenStmt"]);

/** Whether a segment may leave temporary tables, prepared statements, cursors or a LISTEN on the session. */
export function leavesObjects(segment: PlannedSegment): boolean {
  return (
    segment.kind === "program" ||
    segment.steps.some(
      ({ kind, sql, mayChangeSettings }) =>
        mayChangeSettings || kindsThatLeaveObjects.has(kind) || /\btemp(orary)?\b|\bpg_temp\b/i.test(sql),
    )
  );
}

/** Takes them off again, inside or outside a transaction. Not DISCARD ALL: it would let go of the run's lock. */
export async function clearSession(session: Session): Promise<void> {
  await session.query("close all;\ndeallocate all;\nunlisten *;\ndiscard temp");
}

/** For the record at the end of a transaction: our own role again, until that transaction ends and no longer. */
export function asOurselves(ours: SessionSnapshot): string {
  return `set local session authorization default;\nselect pg_catalog.set_config('role', ${quoteLiteral(ours.role)}, true);\n`;
}

function setConfig(name: string, value: string): string {
  return `select pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`;
}

/** A setting's name may have dots (`app.tenant`), and each part is an identifier. */
function quoteSetting(name: string): string {
  return name
    .split(".")
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join(".");
}

/**
 * Our own settings for a run. Commits do not wait for the disk one by one: the record of a migration is in its own
 * transaction, so a server crash loses both or neither, and the run's last commit waits for all before it.
 */
export async function applyRunSettings(
  session: Session,
  options: ResolvedRunOptions,
  serverVersion: number,
): Promise<void> {
  const settings: [string, string][] = [
    ["lock_timeout", String(options.lockTimeoutMs)],
    ["statement_timeout", String(options.statementTimeoutMs)],
    ["idle_in_transaction_session_timeout", String(options.idleInTransactionTimeoutMs)],
    ["synchronous_commit", "off"],
  ];
  const statements = settings.map(([name, value]) => setConfig(name, value));
  // Without it a backend runs on for as long as its statement takes after our process was killed. Only some platforms have it.
  if (serverVersion >= 140000) {
    statements.push(
      `${setConfig("client_connection_check_interval", "2000")} where pg_catalog.version() operator(pg_catalog.~) '(linux|darwin|bsd)'`,
    );
  }
  await session.query(statements.join(";\n"));
}

const backToUtf8 =
  "select pg_catalog.set_config('client_encoding', 'UTF8', false) where pg_catalog.current_setting('client_encoding') operator(pg_catalog.<>) 'UTF8'";

/**
 * A file of pg_dump begins with `SET lock_timeout = 0`: a limit may be made shorter by a migration, but not taken away.
 */
export async function keepOurSettings(session: Session, options: ResolvedRunOptions): Promise<void> {
  await session.query(
    `${backToUtf8};
select pg_catalog.set_config('lock_timeout', '${options.lockTimeoutMs}', false) where pg_catalog.current_setting('lock_timeout') operator(pg_catalog.=) '0'`,
  );
}

/** What is sent was read as UTF-8 and is UTF-8, whatever \`set client_encoding\` a file holds. */
export async function keepUtf8(session: Session): Promise<void> {
  await session.query(backToUtf8);
}
