// The report of `bench:migrate`: two tables, and who was fastest in each.
import { renderTable } from "../measure/render-table.mjs";

const ours = "confiture";

export function renderMigrateReport(run) {
  const { machine, server, migrations, rounds } = run;
  const facts = [
    `${machine.date}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, ${machine.memoryGiB} GiB, data on ${machine.disk}`,
    `server: ${Object.entries(server)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    `${rounds} rounds in shuffled order; CPU is user + system of the command and its children, without the server`,
  ];
  return [
    facts.join("\n"),
    renderTask(run.results, "apply", `${migrations} migrations to an empty database`),
    renderTask(run.results, "idle", "nothing to do"),
  ].join("\n\n");
}

function renderTask(results, task, title) {
  const sorted = [...results].sort((a, b) => a[task].wallMs.median - b[task].wallMs.median);
  const confiture = results.find(({ tool }) => tool === ours)?.[task];
  const rows = sorted.map(({ tool, runtime, transactions, [task]: { wallMs, cpuMs } }) => [
    runtime === "node" ? tool : `${tool} (${runtime})`,
    transactions,
    milliseconds(wallMs.median),
    `${milliseconds(wallMs.min)}–${milliseconds(wallMs.max)}`,
    milliseconds(cpuMs.median),
    ratio(confiture?.wallMs.median, wallMs.median),
    ratio(confiture?.cpuMs.median, cpuMs.median),
  ]);
  const head = ["tool", "transactions", "wall ms", "min–max", "CPU ms", "confiture/it wall", "confiture/it CPU"];
  const fastest = sorted.find(({ runtime }) => runtime === "node")?.tool;
  return `${title}\n\n${renderTable(head, rows)}\n\nfastest of the Node tools: ${fastest ?? "none ran"}`;
}

const milliseconds = (value) => value.toFixed(0);
const ratio = (part, whole) => (part === undefined ? "–" : `${(part / whole).toFixed(2)}×`);
