// One tool, one pair of databases, one process: `node run-diff-tool.mjs TOOL FROM TO [--apply]`. Prints what it measured.
import { diffTools } from "./diff-tools.mjs";

const [id, from, to, ...flags] = process.argv.slice(2);
const { open } = diffTools[id];
const started = performance.now();
const tool = await open(from, to);
const answer = { loadMs: performance.now() - started };
try {
  const sides = await timed("readMs", () => tool.read());
  const made = await timed("diffMs", () => tool.diff(sides));
  answer.statements = made.sql.length;
  answer.first = made.sql.slice(0, 3);
  if (flags.includes("--apply")) {
    try {
      await timed("applyMs", () => tool.apply(made));
    } catch (error) {
      answer.refused = error.message;
    }
  }
} finally {
  await tool.close();
}
answer.memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify(answer));
process.exit();

async function timed(name, work) {
  const before = performance.now();
  const result = await work();
  answer[name] = performance.now() - before;
  return result;
}
