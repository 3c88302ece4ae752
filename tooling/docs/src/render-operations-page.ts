import { type OperationKind, operationKinds } from "../../../packages/model/src/index.js";
import { probeSchema } from "../../../packages/sql/src/effects/facts/operation-row.js";
import { type OperationFacts, operationFacts } from "../../../packages/sql/src/index.js";
import { tableCell } from "./table-cell.js";

/** Each goes from the kind named to the next section's, in the order of `operationKinds`. */
const sections: readonly { readonly title: string; readonly from: OperationKind }[] = [
  { title: "Tables and foreign tables", from: "create_table" },
  { title: "Columns", from: "add_column" },
  { title: "Constraints", from: "add_check" },
  { title: "How a table is kept", from: "set_access_method" },
  { title: "Partitions", from: "attach_partition" },
  { title: "Indexes", from: "create_index" },
  { title: "Views", from: "create_view" },
  { title: "Sequences", from: "create_sequence" },
  { title: "Triggers, rules, policies", from: "create_trigger" },
  { title: "Types and domains", from: "create_type" },
  { title: "Functions and what is built of them", from: "create_function" },
  { title: "Schemas, extensions and links to elsewhere", from: "create_schema" },
  { title: "What many kinds of objects have", from: "rename_object" },
  { title: "Rows", from: "select" },
  { title: "Upkeep", from: "vacuum" },
  { title: "Sessions and transactions", from: "transaction_control" },
  { title: "The server", from: "create_database" },
  { title: "What is not understood", from: "unclassified" },
];

const wayBack = { yes: "yes", without_data: "without the data", no: "no" } as const;

/** docs/reference/operations.md: every kind of operation, what it locks and what it means to running code. */
export function renderOperationsPage(): string {
  return [
    "# Operations",
    "",
    "Everything PostgreSQL 13 to 18 can be asked to do has one of these kinds: they stand in `operations` of `predictEffects`.",
    "A row tells what is true of the kind wherever it is met; what one statement does to one database (which relations, rewrites,",
    "scans, index builds) is in the effect that `predictEffects` gives for it.",
    "",
    "- **lock**: the mode on what the operation is about, as `pg_locks` spells it. Others may come with it: on the table a foreign",
    "  key refers to, on partitions, on indexes.",
    "- **since**: the first major version that has the kind, 13 when older ones have it too. Some of its forms may have come later.",
    "- **way back**: whether another statement brings back what was.",
    "- **running code**: what it means to code that was written for the schema as it was.",
    "- **hazards**: those of the kind; that a lock is a hazard, or an index build, stands in the effect of the statement.",
    "- **probe**: the statement that proves the lock. A test runs it on servers of each version, in a database with the schema at",
    "  the end of this page, and reads `pg_locks`.",
    ...sections.flatMap(({ title, from }, index) => [
      "",
      `## ${title}`,
      "",
      "| statement | kind | lock | since | way back | running code | hazards | probe |",
      "|---|---|---|---|---|---|---|---|",
      ...kindsBetween(from, sections[index + 1]?.from).map(renderRow),
    ]),
    "",
    "## What the probes run against",
    "",
    "```sql",
    probeSchema.trim(),
    "```",
    "",
  ].join("\n");
}

function kindsBetween(from: OperationKind, next: OperationKind | undefined): readonly OperationKind[] {
  return operationKinds.slice(
    operationKinds.indexOf(from),
    next === undefined ? undefined : operationKinds.indexOf(next),
  );
}

function renderRow(kind: OperationKind): string {
  const facts: OperationFacts = operationFacts[kind];
  const cells = [
    facts.form,
    `\`${kind}\``,
    lockOf(facts),
    `${facts.since ?? 13}`,
    wayBack[facts.reversible],
    facts.compatibility.because === undefined
      ? facts.compatibility.runningCode
      : `${facts.compatibility.runningCode}: ${facts.compatibility.because}`,
    hazardsOf(facts),
    probeOf(facts),
  ];
  return `| ${cells.map(tableCell).join(" | ")} |`;
}

function lockOf({ lock, lockByVersion, lockVariesBy }: OperationFacts): string {
  const byVersion = Object.entries(lockByVersion ?? {}).map(([version, mode]) => `${mode} on ${version}`);
  const modes = lock === undefined ? byVersion : [lock, ...byVersion];
  const mode = modes.length === 0 ? (lockVariesBy === undefined ? "none" : "") : modes.join(", ");
  if (lockVariesBy === undefined) return mode;
  return mode === "" ? `varies by ${lockVariesBy}` : `${mode}; varies by ${lockVariesBy}`;
}

function hazardsOf({ hazards, transactional }: OperationFacts): string {
  return [...(transactional === false ? ["refused inside a transaction block"] : []), ...(hazards ?? [])].join(", ");
}

function probeOf({ probe }: OperationFacts): string {
  const sql = [...(probe.setup ?? []), probe.sql].map((text) => `\`${text}\``).join("; ");
  return probe.notRun === undefined ? sql : `not run: ${probe.notRun}`;
}
