import { type Rename, readRenameDirectives } from "@confiture/schema";
import type { SchemaBuild } from "./build-schema.js";
import { splitSections } from "./script-sections.js";

/**
 * The renames that the files of a build declare in comments, in the order of the files.
 *
 * @throws CONFITURE_RENAME with the place of one that cannot be read
 */
export function readBuildRenames({ script }: Pick<SchemaBuild, "script">): readonly Rename[] {
  return splitSections(script, "the script").flatMap(({ path, text }) => readRenameDirectives(text, path));
}
