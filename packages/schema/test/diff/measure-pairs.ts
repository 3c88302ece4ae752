// Brings pairs of schemas to each other, against running servers, and says which do not come out right. After `pnpm build`:
//   npx jiti packages/schema/test/diff/measure-pairs.ts [--version 13,18] [--fixtures REGEX | --seeds 7,12 | --from 1 --pairs 100] [--verbose]
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { openTestDatabase, type ServerVersion, supportedVersions } from "@confiture/testkit";
import { randomPair } from "./random-schema.js";
import { createRoles, fixtureGroups, readFixtures } from "./read-fixtures.js";
import { faultsOf, type PairOutcome, runPair } from "./run-pair.js";

interface Pair {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly roles: readonly string[];
}

async function measurePairs(args: readonly string[], print: (text: string) => void): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      version: { type: "string", default: "13,18" },
      fixtures: { type: "string" },
      seeds: { type: "string" },
      from: { type: "string", default: "1" },
      pairs: { type: "string", default: "100" },
      verbose: { type: "boolean", default: false },
    },
  });
  for (const version of supportedVersions.filter((known) => flags.version.split(",").includes(String(known)))) {
    const counts = { reached: 0, refused: 0, wrong: 0 };
    await using server = await openTestDatabase({ version });
    const pairs =
      flags.fixtures === undefined
        ? randomPairs(
            version,
            flags.seeds?.split(",").map(Number) ?? seedsFrom(Number(flags.from), Number(flags.pairs)),
          )
        : fixtures(version, new RegExp(flags.fixtures));
    for (const { name, a, b, roles } of pairs) {
      await createRoles(server, { roles });
      for (const [direction, outcome] of Object.entries(await runPair(version, a, b))) {
        const verdict = verdictOf(outcome);
        counts[verdict] += 1;
        if (verdict !== "reached")
          print(`${version}: ${name} ${direction}: ${outcome.refused ?? faultsOf(outcome).join("\n")}`);
        if (flags.verbose) print(`${a};\n-- becomes\n${b};\n-- by\n${outcome.statements.join(";\n")};`);
      }
    }
    print(`PostgreSQL ${version}: ${JSON.stringify(counts)}`);
  }
}

function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => first + place);
}

function* randomPairs(version: ServerVersion, seeds: readonly number[]): Iterable<Pair> {
  for (const seed of seeds) {
    const { a, b } = randomPair(seed, { version });
    yield { name: String(seed), a: a.join(";\n"), b: b.join(";\n"), roles: [] };
  }
}

function fixtures(version: ServerVersion, wanted: RegExp): readonly Pair[] {
  return fixtureGroups.flatMap((group) => readFixtures(group, version)).filter(({ name }) => wanted.test(name));
}

function verdictOf(outcome: PairOutcome): "reached" | "refused" | "wrong" {
  if (outcome.refused !== undefined) return "refused";
  return faultsOf(outcome).length === 0 ? "reached" : "wrong";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await measurePairs(process.argv.slice(2), console.log);
  // The servers of this process end with it.
  process.exit();
}
