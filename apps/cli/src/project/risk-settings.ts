import type { RiskConfig } from "@confiture/config";
import { ConfitureError, type SourceLocation } from "@confiture/model";
import { checkMaintenanceWindows, type MaintenanceWindow, type RiskScale, riskScale } from "@confiture/risk";

/** How risk is judged in a project, in the words of the library. */
export interface RiskSettings {
  readonly scale?: RiskScale;
  readonly maintenance?: { readonly windows: readonly MaintenanceWindow[]; readonly at: Date };
}

/** @throws CONFITURE_CONFIG_INVALID with the place, for weights and levels that do not fit together, and windows that cannot be read */
export function riskSettings(config: RiskConfig, at: Date): RiskSettings {
  const { weights, severities, scoreLevels, downtimeLevels } = config;
  const scale = located(config.at, () => riskScale({ weights, severities, scoreLevels, downtimeLevels }));
  if (config.maintenanceWindows.length === 0) return { scale };
  const windows = config.maintenanceWindows.map(({ opens, lastsMs, timeZone, at: place }) => {
    const window = { opens, minutes: lastsMs / 60_000, ...(timeZone === undefined ? {} : { timeZone }) };
    located(place, () => checkMaintenanceWindows([window], at));
    return window;
  });
  return { scale, maintenance: { windows, at } };
}

function located<Result>(at: SourceLocation, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfitureError)) throw error;
    const { code, message, hint, facts } = error;
    throw new ConfitureError(code, message, { at, facts, cause: error, ...(hint === undefined ? {} : { hint }) });
  }
}
