import type { Run } from "../execute/run.js";
import type { History } from "../record/applied-migration.js";
import { findOwnTable, readOwnTable } from "../record/find-own-table.js";
import { findOpenHooks, type InterruptedHook, markInterrupted } from "../record/hook-records.js";
import { Journal } from "../record/journal.js";

/**
 * Says which hooks of earlier runs were killed before they had ended: we hold the lock, so nobody runs them any more. Those on the migration's
 * connection are not among them; the server has rolled them back.
 */
export async function settleInterruptedHooks(run: Run, history: Pick<History, "installed">): Promise<void> {
  const { session, options, moments } = run;
  if (!history.installed || run.readOnly !== undefined || options.mode === "dry_run") return;
  const table = await findOwnTable(session, options.ownSchema, "hook_executions");
  if (!table.there) return;
  // Asked first: who has nothing to apply may have no right to write.
  const open = await readOwnTable(table, () => session.query(findOpenHooks(options.ownSchema)));
  if (open.rows.length === 0) return;
  const { rows } = await session.query<InterruptedHook>(markInterrupted(options.ownSchema));
  moments.ledger.interrupted = rows;
  const journal = new Journal(options.ownSchema, options.executionId, "none", options.actor);
  const events = rows.map(({ version, ...details }) =>
    journal.event({ kind: "hook_interrupted", ...(version === null ? {} : { version }), details }),
  );
  await session.query(`begin;\n${events.join("\n")}\ncommit`);
  for (const { event, hook, version, begun } of rows)
    options.emit({ kind: "hook-interrupted", event, hook, version, begun });
}
