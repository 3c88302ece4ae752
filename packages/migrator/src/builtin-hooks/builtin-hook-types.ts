import { backfillReadModel } from "./backfill/backfill-read-model.js";
import { backupDatabase } from "./backup/backup-database.js";
import { restoreFromBackup } from "./backup/restore-from-backup.js";
import type { BuiltinHookType } from "./builtin-hook-type.js";
import { analyzeStatistics } from "./database/analyze-statistics.js";
import { captureStatistics } from "./database/capture-statistics.js";
import { dropTemporaryTables } from "./database/drop-temporary-tables.js";
import { rebuildIndex } from "./database/rebuild-index.js";
import { rebuildReadModels } from "./database/rebuild-read-models.js";
import { testApplicationQueries } from "./database/test-application-queries.js";
import { verifyConsistency } from "./database/verify-consistency.js";
import { cloudwatch } from "./notify/cloudwatch.js";
import { datadog } from "./notify/datadog.js";
import { pagerduty } from "./notify/pagerduty.js";
import { slack } from "./notify/slack.js";
import { webhook } from "./notify/webhook.js";

/** Every type of built-in hook. */
export const builtinHookTypes: readonly BuiltinHookType[] = [
  backupDatabase,
  restoreFromBackup,
  captureStatistics,
  backfillReadModel,
  rebuildIndex,
  rebuildReadModels,
  verifyConsistency,
  testApplicationQueries,
  dropTemporaryTables,
  analyzeStatistics,
  webhook,
  slack,
  pagerduty,
  datadog,
  cloudwatch,
];
