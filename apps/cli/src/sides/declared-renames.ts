import { readBuildRenames } from "@confiture/migrator";
import { parseRename, type Rename } from "@confiture/schema";
import type { ProjectFiles } from "../project/open-project.js";
import type { ReadSide } from "./read-sides.js";

export interface RenameFlags {
  readonly rename?: readonly string[];
}

/** What was declared to have another name now: in the DDL that is wanted, in confiture.yaml, on the command line. */
export function declaredRenames(
  { rename = [] }: RenameFlags,
  { to, project }: { readonly to: ReadSide; readonly project: ProjectFiles | undefined },
): readonly Rename[] {
  return [
    ...(to.ddl === undefined ? [] : readBuildRenames(to.ddl.build)),
    ...(project?.config.diff.renames ?? []).map(({ text, at }) => parseRename(text.replace(/^\s*rename\s+/i, ""), at)),
    ...rename.map((text) => parseRename(text.replace(/^\s*rename\s+/i, ""))),
  ];
}
