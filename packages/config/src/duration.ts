const unitsMs = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** PostgreSQL keeps its timeouts in a 32-bit number of milliseconds: a little under 25 days. */
export const longestDurationMs = 2_147_483_647;

/**
 * `500ms`, `2s`, `5m`, `1h`, or a plain number of milliseconds → milliseconds.
 * Undefined for anything else that a file may hold, for what is negative, or longer than PostgreSQL can keep.
 */
export function parseDuration(written: unknown): number | undefined {
  if (typeof written !== "string" && typeof written !== "number") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?$/.exec(String(written).trim());
  if (match === null) return undefined;
  const unit = (match[2] ?? "ms") as keyof typeof unitsMs;
  const milliseconds = Math.round(Number(match[1]) * unitsMs[unit]);
  return milliseconds <= longestDurationMs ? milliseconds : undefined;
}
