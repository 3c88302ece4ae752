import { randomBytes } from "node:crypto";
import type { Queryable } from "@confiture/model";
import type { SaferSequence, SaferSequenceOptions } from "@confiture/sql";
import type { TestDatabase } from "@confiture/testkit";
import { answerFor } from "./run-both-ways.js";

/** The sequence for a statement that has one. */
export async function sequenceFor(statement: string, options: SaferSequenceOptions): Promise<SaferSequence> {
  const answer = await answerFor(statement, options);
  if (answer.kind !== "safer") throw new Error(`${statement}: ${answer.kind}, ${answer.because}`);
  return answer;
}

/** Runs the steps; what others do in between is run behind the step of that position. */
export async function runSteps(
  { steps }: Pick<SaferSequence, "steps">,
  db: Queryable,
  between?: (position: number) => Promise<void>,
): Promise<void> {
  for (const [position, { sql, repeatUntil }] of steps.entries()) {
    let changed: number | null;
    do {
      changed = ((await db.query(sql)) as { rowCount?: number | null }).rowCount ?? 0;
    } while (repeatUntil !== undefined && changed !== 0);
    await between?.(position);
  }
}

/** A role for the length of a test: roles belong to the whole server. */
export async function withRole(db: TestDatabase, test: (role: string) => Promise<void>): Promise<void> {
  const role = `confiture_${randomBytes(6).toString("hex")}`;
  await db.query(`create role ${role}`);
  try {
    await test(role);
  } finally {
    await db.query(`reset role; drop owned by ${role} cascade; drop role ${role}`);
  }
}
