export { longRun } from "./long-run.js";
export type { OpenTestDatabaseOptions, TestDatabase } from "./open-test-database.js";
export { openTestDatabase } from "./open-test-database.js";
export { pgbouncerBinary, startPgbouncer } from "./pgbouncer.js";
export type { ServerVersion } from "./test-versions.js";
export {
  describeEachVersion,
  newestVersion,
  supportedVersions,
  testOnEachVersion,
  testVersions,
} from "./test-versions.js";
export { type ShadowWatch, watchShadows } from "./watch-shadows.js";
