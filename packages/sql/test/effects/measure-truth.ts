// Scores a predictor against what servers really did:
//   pnpm build && CONFITURE_LOCKS=FOLDER npx jiti packages/sql/test/effects/measure-truth.ts
//     [--version 13,18] [--id add-fk] [--fresh]
// `--id` takes a part of an id, and may be given again. Catalogs are kept in the temporary folder; `--fresh` reads anew.
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { predictEffects } from "@confiture/sql";
import { supportedVersions } from "@confiture/testkit";
import { alwaysAccessExclusive } from "./always-access-exclusive.js";
import { renderWithCatalog, renderWithoutCatalog } from "./render-truth.js";
import { type ScoreTruthOptions, scoreTruth } from "./score-truth.js";
import { readTruthCatalogs, rememberTruthCatalogs } from "./truth-catalogs.js";
import { readTruth } from "./truth-forms.js";

export async function measureTruth(args: readonly string[], folder: string, print: (text: string) => void) {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      version: { type: "string", default: "13,18" },
      id: { type: "string", multiple: true, default: [] },
      fresh: { type: "boolean", default: false },
    },
  });
  const { fixture, forms } = readTruth(folder);
  const wanted = flags.id.length === 0 ? forms : forms.filter(({ id }) => flags.id.some((part) => id.includes(part)));
  for (const version of supportedVersions.filter((known) => flags.version.split(",").includes(String(known)))) {
    const read = flags.fresh ? readTruthCatalogs : rememberTruthCatalogs;
    const catalogs = await read(fixture, forms, version);
    const score = (options: Pick<ScoreTruthOptions, "predict" | "withCatalog">) =>
      scoreTruth(wanted, { version, catalogs, ...options });
    const baseline = await score({ predict: alwaysAccessExclusive, withCatalog: true });
    print(renderWithCatalog(await score({ predict: predictEffects, withCatalog: true }), baseline));
    print(renderWithoutCatalog(await score({ predict: predictEffects, withCatalog: false })));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const folder = process.env.CONFITURE_LOCKS;
  if (folder === undefined) throw new Error("Set CONFITURE_LOCKS to the folder with truth.json and fixture.sql.");
  await measureTruth(process.argv.slice(2), folder, console.log);
  // The servers of this process end with it.
  process.exit();
}
