/** What names mean in a project. What is not told is not looked at. */
export interface ProjectConventions {
  /** The column that says whose row it is, in every table of a tenant. */
  readonly tenantColumn?: string;
  /** How names of tables that are written to begin, without their schema: `w_`. */
  readonly writePrefixes?: readonly string[];
  /** How names of what is derived from them begins: `r_`, `v_`, `tv_`. */
  readonly readPrefixes?: readonly string[];
}
