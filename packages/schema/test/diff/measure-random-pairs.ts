// Brings pairs of random schemas to each other, against running servers, and says which do not come out right:
//   NODE_OPTIONS=--conditions=@confiture/source npx jiti packages/schema/test/diff/measure-random-pairs.ts
//     [--version 13,18] [--from 1] [--pairs 100] [--verbose]
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { supportedVersions } from "@confiture/testkit";
import { randomPair } from "./random-schema.js";
import { faultsOf, runPair } from "./run-pair.js";

async function measureRandomPairs(args: readonly string[], print: (text: string) => void): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      version: { type: "string", default: "13,18" },
      from: { type: "string", default: "1" },
      pairs: { type: "string", default: "100" },
      verbose: { type: "boolean", default: false },
    },
  });
  for (const version of supportedVersions.filter((known) => flags.version.split(",").includes(String(known)))) {
    const counts = { reached: 0, refused: 0, wrong: 0, unchanged: 0 };
    for (let seed = Number(flags.from); seed < Number(flags.from) + Number(flags.pairs); seed += 1) {
      const { a, b } = randomPair(seed, { version });
      const outcomes = await runPair(version, a.join(";\n"), b.join(";\n"));
      for (const [direction, outcome] of Object.entries(outcomes)) {
        const faults = faultsOf(outcome);
        if (faults.length > 0) print(`${version}: ${seed} ${direction}: ${faults.join("\n")}`);
        else if (outcome.refused !== undefined)
          print(`${version}: ${seed} ${direction} is refused: ${outcome.refused}`);
        if (flags.verbose)
          print(`${a.join(";\n")};\n-- becomes\n${b.join(";\n")};\n-- by\n${outcome.statements.join(";\n")};`);
        counts.unchanged += outcome.statements.length === 0 && outcome.refused === undefined ? 1 : 0;
        counts[faults.length > 0 ? "wrong" : outcome.refused === undefined ? "reached" : "refused"] += 1;
      }
    }
    print(`PostgreSQL ${version}: ${JSON.stringify(counts)}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await measureRandomPairs(process.argv.slice(2), console.log);
  // The servers of this process end with it.
  process.exit();
}
