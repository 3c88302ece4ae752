export { applyBuild } from "./apply-build.js";
export type { ApplyBuildOptions, ApplyOutcome, ApplyProgress } from "./apply-script.js";
export { applyScript } from "./apply-script.js";
export type { EarlyCommit } from "./build-run.js";
export type { BuildSchemaOptions, SchemaBuild, SchemaBuildFile } from "./build-schema.js";
export { buildSchema } from "./build-schema.js";
export type { FileSystem, FolderEntry } from "./file-system.js";
export { nodeFileSystem } from "./file-system.js";
