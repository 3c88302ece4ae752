// One tool, many small pairs, one process: `node run-diff-pairs.mjs TOOL`. Reads a line `{"from":URL,"to":URL}` a pair from its
// input, changes the first database into the second, and prints a line a pair: what it took, and what a second plan would do.
import { createInterface } from "node:readline";
import { diffTools } from "./diff-tools.mjs";

const { open } = diffTools[process.argv[2]];

// A promise that a tool forgot must not end the whole run.
process.on("unhandledRejection", () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const { from, to } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await changePair(from, to))}\n`);
}
process.exit();

async function changePair(from, to) {
  let what = "plans";
  try {
    const first = await planPair(from, to);
    what = "applies";
    await first.apply();
    what = "plans again";
    const { ms } = first;
    const again = await planPair(from, to);
    await again.close();
    return { ms, statements: first.statements, left: again.statements };
  } catch (error) {
    return { failed: what, message: String(error.message ?? error).slice(0, 200) };
  }
}

async function planPair(from, to) {
  const tool = await open(from, to);
  try {
    const started = performance.now();
    const made = await tool.diff(await tool.read());
    const ms = performance.now() - started;
    const apply = async () => {
      try {
        await tool.apply(made);
      } finally {
        await tool.close();
      }
    };
    return { ms, statements: made.sql.length, apply, close: () => tool.close() };
  } catch (error) {
    await tool.close();
    throw error;
  }
}
