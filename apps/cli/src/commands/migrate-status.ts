import type { MigrationStatus } from "@confiture/migrator";
import { readStatus } from "@confiture/migrator";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount, formatDuration } from "../output/durations.js";
import { runCommand } from "../output/run-command.js";
import type { Terminal } from "../output/terminal.js";
import { openProject } from "../project/open-project.js";

export async function runMigrateStatus(this: CliContext, flags: GlobalFlags): Promise<void> {
  await runCommand(this, flags, async ({ terminal }) => {
    await using project = await openProject(this, flags, terminal);
    const status = await readStatus(project.database, {
      migrations: await project.readMigrations(),
      ownSchema: project.config.migrations.ownSchema,
    });
    return { document: statusDocument(status), lines: renderStatus(status, terminal) };
  });
}

function statusDocument(status: MigrationStatus): Record<string, unknown> {
  const filed = ({ version, name, file }: { version: string; name: string; file: string }) => ({ version, name, file });
  return {
    applied: status.applied,
    pending: status.pending.map(filed),
    missing: status.missing.map(filed),
    changed: status.changed.map(({ migration }) => filed(migration)),
    outOfOrder: status.outOfOrder.map(filed),
    underWay: status.underWay,
  };
}

function renderStatus(status: MigrationStatus, terminal: Terminal): readonly string[] {
  const late = new Set(status.outOfOrder);
  const missing = new Set(status.missing);
  const changed = new Set(status.changed.map(({ applied }) => applied));
  const lines = [
    ...status.applied.map((row) => {
      const remark = missing.has(row)
        ? terminal.paint("red", "  its file is gone")
        : changed.has(row)
          ? terminal.paint("red", "  its file was edited since")
          : "";
      const how = row.how === "baseline" ? "by baseline" : formatDuration(row.durationMs);
      return `${terminal.paint("green", "✓")} ${row.version} ${row.name}  ${terminal.paint("dim", `${row.appliedAt.slice(0, 19).replace("T", " ")} ${row.appliedBy}, ${how}`)}${remark}`;
    }),
    ...status.underWay.map(
      (row) =>
        `${terminal.paint("yellow", "…")} ${row.version} ${row.name}  ${terminal.paint("yellow", row.state === "applying" ? "applied in part" : "undone in part")}`,
    ),
    ...status.pending
      .filter((migration) => !status.underWay.some((row) => row.version === migration.version))
      .map(
        (migration) =>
          `· ${migration.version} ${migration.name}${late.has(migration) ? terminal.paint("yellow", "  merged late: a newer one is applied") : ""}`,
      ),
  ];
  const summary = `${formatCount(status.applied.length, "migration")} applied, ${status.pending.length} pending.`;
  return lines.length === 0 ? ["There are no migrations."] : [...lines, "", summary];
}
