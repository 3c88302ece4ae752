/** Where a moment stands to the maintenance windows. Moments as ISO 8601 texts in UTC. */
export interface WindowState {
  readonly open: boolean;
  /** The end of the last window that is open; null while none is. */
  readonly closesAt: string | null;
  /** When the next one opens; null when none does within five years. */
  readonly nextOpensAt: string | null;
}
