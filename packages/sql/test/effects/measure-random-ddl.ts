// Tries a predictor on random databases and statements, against running servers:
//   pnpm build && npx jiti packages/sql/test/effects/measure-random-ddl.ts
//     [--version 13,18] [--samples 150] [--seed N] [--shrink 3] [--only "^alter table"] [--rejected]
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { predictEffects } from "@confiture/sql";
import { supportedVersions } from "@confiture/testkit";
import { renderRandomDdl, renderRejected } from "./render-random-ddl.js";
import { tryRandomDdl } from "./try-random-ddl.js";

async function measureRandomDdl(args: readonly string[], print: (text: string) => void): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      version: { type: "string", default: "13,18" },
      samples: { type: "string", default: "150" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      shrink: { type: "string", default: "3" },
      only: { type: "string", default: "" },
      rejected: { type: "boolean", default: false },
    },
  });
  for (const version of supportedVersions.filter((known) => flags.version.split(",").includes(String(known)))) {
    const report = await tryRandomDdl({
      version,
      predict: predictEffects,
      seed: Number(flags.seed),
      samples: Number(flags.samples),
    });
    print(await renderRandomDdl(report, { predict: predictEffects, shrink: Number(flags.shrink) }));
    if (flags.rejected) print(renderRejected(report));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await measureRandomDdl(process.argv.slice(2), console.log);
  // The servers of this process end with it.
  process.exit();
}
