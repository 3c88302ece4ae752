import { applyBuild } from "@confiture/migrator";
import type { Catalog, ShadowProvider } from "@confiture/model";
import {
  type CanonicalOptions,
  copySchema,
  type DiffProof,
  diffCatalogs,
  proveDiff,
  type RenamedDiffPlan,
  type SchemaSource,
} from "@confiture/schema";
import { formatCount } from "../output/durations.js";
import type { ReadSide } from "./read-sides.js";

export interface ProvePlanOptions {
  readonly before: SchemaSource;
  readonly after: SchemaSource;
  readonly counts: CanonicalOptions;
  readonly shadow: ShadowProvider;
  readonly version: number;
}

/** Runs a plan in a shadow database with rows in its tables, and looks at what came of it with two pairs of eyes. */
export async function provePlan(
  { statements, renamed }: Pick<RenamedDiffPlan, "statements" | "renamed">,
  { before, after, counts, shadow, version }: ProvePlanOptions,
): Promise<DiffProof> {
  return proveDiff(
    { before, after, statements, renames: renamed.length, shadow },
    { ...counts, version, diff: (left, right) => diffCatalogs(left, right, counts).statements },
  );
}

/** What builds a side in an empty database: DDL by its own statements, what is live by a copy. */
export function sourceOf({ ddl, catalog }: ReadSide, counts: CanonicalOptions): SchemaSource {
  return ddl === undefined
    ? copyOf(catalog, counts)
    : (session) => applyBuild(session, ddl.build, { serverWide: "skip" });
}

export function copyOf(catalog: Catalog, counts: CanonicalOptions): SchemaSource {
  return (session) => copySchema(session, catalog, counts);
}

/** What speaks against a plan, in words. Nothing for one that was proven. */
export function whatSpeaksAgainst(proof: DiffProof): readonly string[] {
  if (proof.proven) return [];
  const { outcome, withoutRows, differences, observed, secondPlan, rowsLost, sequencesMoved, undeclaredRewrites } =
    proof;
  return [
    ...(outcome.kind === "failed" ? [`refused: ${outcome.message}, in \`${outcome.sql.split("\n", 1)[0]}\``] : []),
    ...(withoutRows?.kind === "applied" ? ["on empty tables it goes through: the rows have to be seen to first"] : []),
    ...differences.map(({ change, kind, name }) => `comes out otherwise: ${kind} ${name} (${change})`),
    ...observed.map(
      ({ kind, identity, change, facts }) =>
        `comes out otherwise, to the second observer: ${kind} ${identity} (${[change, ...facts.map(({ fact }) => fact)].join(", ")})`,
    ),
    ...secondPlan.map((sql) => `a second plan is not empty: ${sql.split("\n", 1)[0]}`),
    ...rowsLost.map((table) => `rows of ${table} are not what they were`),
    ...(proof.noRowFollowed ? ["no row was followed: there are tables, but none that stays could be given rows"] : []),
    ...sequencesMoved.map((name) => `sequence ${name} does not stand where it stood`),
    ...undeclaredRewrites.map((table) => `${table} was written anew, and no statement says so`),
  ];
}

/** What a proof stands on. */
export function rowsInWords({ rows, noRowFollowed }: Pick<DiffProof, "rows" | "noRowFollowed">): string {
  const followed = rows.reduce((sum, { before }) => sum + before, 0);
  if (noRowFollowed) return "not proven on rows (none could be followed)";
  return followed === 0 ? "proven; there are no tables to hold rows" : `proven on ${formatCount(followed, "row")}`;
}

/** That rows are in the way is no fault of the plan: which rows there are, only the real database knows. */
export function isOnlyAboutRows({ outcome, withoutRows, differences, observed, secondPlan }: DiffProof): boolean {
  const leadsThere = [differences, observed, secondPlan].every((findings) => findings.length === 0);
  return outcome.kind === "failed" && withoutRows?.kind === "applied" && leadsThere;
}
