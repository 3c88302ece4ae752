/** Placeholder until the schema reader defines its kinds. */
export interface Catalog {
  readonly serverVersion: number;
}
