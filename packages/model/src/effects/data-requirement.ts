/**
 * What existing rows must satisfy for a statement to succeed: the question a pre-check puts to the server before the
 * statement runs. Relations are qualified; expressions are SQL over the relation's columns.
 */
export type DataRequirement =
  | { readonly kind: "not_null"; readonly relation: string; readonly column: string }
  | { readonly kind: "check"; readonly relation: string; readonly expression: string }
  | {
      readonly kind: "unique";
      readonly relation: string;
      /** Columns or expressions, as SQL. */
      readonly columns: readonly string[];
      readonly nullsNotDistinct: boolean;
      /** WITHOUT OVERLAPS (18): ranges of the last column do not overlap where the others are equal. */
      readonly withoutOverlaps?: true;
      /** The predicate of a partial index, as SQL. */
      readonly where?: string;
    }
  | {
      readonly kind: "foreign_key";
      readonly relation: string;
      readonly columns: readonly string[];
      readonly references: string;
      /** Absent: the primary key, where the catalog does not say which that is. */
      readonly referencedColumns?: readonly string[];
      readonly match: "simple" | "full";
      /** PERIOD (18): ranges of the last column are covered by those referred to, where the others are equal. */
      readonly period?: true;
    }
  | {
      readonly kind: "castable";
      readonly relation: string;
      readonly column: string;
      readonly type: string;
      /** What stands behind USING, as SQL; absent: the assignment cast. */
      readonly using?: string;
    };
