import type { Catalog } from "@confiture/model";
import type { PlannedStatement } from "@confiture/schema";
import { lossesInWords, lossesOf } from "../plan/allowances.js";
import { onlineForm } from "./online-form.js";

export interface RenderedDraft {
  readonly text: string;
  /** Statements that are written in their gentler form. */
  readonly online: number;
}

export interface RenderDraftOptions {
  /** Lines of the comment at the top. */
  readonly head: readonly string[];
  /** What the statements start from. */
  readonly catalog: Catalog;
  /** Use gentler forms. */
  readonly online: boolean;
}

/**
 * Statements as the text of a migration. Which of them share a transaction is left to whoever runs it; a gentler form
 * has transactions of its own.
 */
export async function renderDraft(
  statements: readonly PlannedStatement[],
  { head, catalog, online }: RenderDraftOptions,
): Promise<RenderedDraft> {
  const parts = [head.join("\n")];
  // Bodies may name what comes later, and were checked where they come from.
  if (statements.some(({ object }) => object.kind === "functions")) parts.push("set check_function_bodies = off;");
  let gentler = 0;
  for (const statement of statements) {
    const form = online ? await onlineForm(statement, catalog) : undefined;
    if (form !== undefined) gentler += 1;
    // A gentler form says itself what it does.
    parts.push(form ?? [...remarks(statement), `${statement.sql};`].join("\n"));
  }
  return { text: `${parts.join("\n\n")}\n`, online: gentler };
}

function remarks(statement: PlannedStatement): readonly string[] {
  const { hazards } = statement;
  const losses = lossesInWords(lossesOf(statement));
  return [
    ...(hazards.length === 0 ? [] : [`-- ${hazards.join(", ")}`]),
    ...(losses.length === 0 ? [] : [`-- ${losses.join("; ")}`]),
  ];
}
