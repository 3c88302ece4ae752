/** How the rows that violate a requirement are found. */
export type ViolationQuery =
  | {
      readonly kind: "rows";
      /** `from` and `where` of the rows: in `from` they are the first relation. */
      readonly from: string;
      readonly where: string;
      /** The rows that are alike; absent where each row stands for itself. */
      readonly alike?: readonly string[];
    }
  /** Tried on all rows: it ends at the first that does not go, without telling which. */
  | { readonly kind: "attempt"; readonly query: string }
  | { readonly kind: "unknown"; readonly because: string };
