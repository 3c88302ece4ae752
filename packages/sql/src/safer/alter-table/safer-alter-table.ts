import type { Effect } from "@confiture/model";
import { fieldsIn, stringOf, type TreeFields } from "../../parse/parse-tree.js";
import { quoteIdentifier } from "../../write/quote-identifier.js";
import { blockingWork, describeIdle, describeWork } from "../blocking-work.js";
import { changeType } from "../change-type/change-type.js";
import { attachPartition, detachPartition } from "../forms/partitions.js";
import { alreadySafe, none, own, type SaferDraft, type StepDraft } from "../safer-answer.js";
import { notThere, readTarget, type SaferContext, type Target } from "../safer-context.js";
import { addColumn } from "./add-column.js";
import { addConstraint } from "./add-constraint.js";
import { cutSubcommands } from "./cut-subcommands.js";
import { namedBy } from "./named-by.js";
import { setNotNull } from "./not-null.js";
import { type CutSubcommand, type Part, type PartInput, refuse } from "./part.js";

type PartReader = (input: PartInput) => Part | Promise<Part>;

/** Subcommands that have a gentler form, by their tag in the tree. */
const readers: Readonly<Record<string, PartReader>> = {
  AT_AddColumn: addColumn,
  AT_AddConstraint: addConstraint,
  AT_SetNotNull: setNotNull,
  AT_AlterColumnType: changeType,
  AT_AttachPartition: attachPartition,
  AT_DetachPartition: detachPartition,
};

/** Those that have none, with the reason. */
const refusals: Readonly<Record<string, string>> = {
  AT_SetLogged: "SET LOGGED writes the table anew and to the WAL, in one piece",
  AT_SetUnLogged: "SET UNLOGGED writes the table anew, in one piece",
  AT_SetTableSpace: "PostgreSQL copies the table in one piece; tools that copy it aside (pg_repack) are not included",
  AT_SetAccessMethod:
    "PostgreSQL writes the table anew in one piece; tools that copy it aside (pg_repack) are not included",
  AT_SetExpression: "a stored generated column is computed anew for every row in one piece",
};

/** May join an ALTER TABLE whose promises are still to be proved; everything else waits for the proof. */
const joinsUnproved = new Set([
  "AT_AddColumn",
  "AT_AddConstraint",
  "AT_ColumnDefault",
  "AT_SetStatistics",
  "AT_SetNotNull",
]);

/** ALTER TABLE: each subcommand that does blocking work is taken apart, the others stay together. */
export async function saferAlterTable(context: SaferContext): Promise<SaferDraft> {
  const target = readTarget(context.fields.relation, context);
  if (target.relation === undefined && context.catalog !== undefined) return notThere(target, context);
  const { whole } = context;
  if (whole.certainty === "unknown") return none("the statement is not understood");
  const work = blockingWork(whole);
  if (work.length === 0 && !detaches(context)) return alreadySafe(describeIdle(whole));
  const subcommands = cutSubcommands(context);
  if (subcommands === undefined) return none("its text could not be cut apart with certainty");
  const alter = alterPrefix(target, context);
  const effects = await context.predict(subcommands.map(({ text }) => `${alter} ${text}`));
  if (effects === undefined) return none("its subcommands do not stand alone");
  for (const { command } of subcommands) forgetDropped(command, target, context);
  const assembly = new Assembly(alter);
  for (const [position, subcommand] of subcommands.entries()) {
    const part = await partOf({ ...subcommand, context, target, alter }, effects[position]!);
    assembly.add(subcommand, part);
  }
  return assembly.finish(work.length === 0 ? "" : describeWork(whole, work));
}

/** A constraint that falls is run first: what comes behind may have its name, and need not carry it on. */
function forgetDropped(command: TreeFields, { relation }: Target, { picture }: SaferContext): void {
  if (command.subtype !== "AT_DropConstraint") return;
  const constraint = relation?.constraints.get(quoteIdentifier(namedBy(command)));
  if (relation !== undefined && constraint !== undefined) picture.dropConstraint(relation, constraint);
}

/** DETACH PARTITION reads nothing, but waits for everybody, and everybody for it. */
function detaches({ fields }: SaferContext): boolean {
  return fieldsIn(fields.cmds, "AlterTableCmd").some(({ subtype }) => subtype === "AT_DetachPartition");
}

/** How each ALTER TABLE begins. IF EXISTS stays only where nobody knows. */
function alterPrefix({ sql, only, relation }: Target, { fields }: SaferContext): string {
  const ifExists = fields.missing_ok === true && relation === undefined ? "if exists " : "";
  return `alter table ${ifExists}${only ? "only " : ""}${sql}`;
}

async function partOf(input: PartInput, effect: Effect): Promise<Part> {
  const subtype = stringOf(input.command.subtype) ?? "";
  if (blockingWork(effect).length === 0 && subtype !== "AT_DetachPartition") return { kind: "keep" };
  const read = readers[subtype];
  return read === undefined ? refuse(refusals[subtype] ?? "it works on every row in one piece") : read(input);
}

/** Puts the parts one behind another: what does no work together in one ALTER TABLE, proofs behind it. */
class Assembly {
  readonly #steps: StepDraft[] = [];
  #inline: string[] = [];
  #after: StepDraft[] = [];
  /** What works on rows with no gentler form, together and apart from the rest: its lock is not for a moment. */
  #long: Refused[] = [];
  readonly #reasons = new Set<string>();
  readonly #caveats = new Set<string>();
  readonly #refused: Refused[] = [];
  #isChanged = false;

  constructor(private readonly alter: string) {}

  add({ command, text }: CutSubcommand, part: Part): void {
    if (part.kind === "refuse") {
      const { because } = part;
      if (this.#inline.length + this.#after.length > 0) this.#flush();
      this.#refused.push({ text, because });
      this.#long.push({ text, because });
      return;
    }
    const waits = part.kind === "keep" && this.#after.length > 0 && !joinsUnproved.has(stringOf(command.subtype) ?? "");
    const isAhead = part.kind === "split" && part.before.length > 0;
    if (waits || isAhead || this.#long.length > 0) this.#flush();
    if (part.kind === "keep") {
      this.#inline.push(text);
      return;
    }
    this.#isChanged = true;
    if (part.because !== "") this.#reasons.add(part.because);
    for (const caveat of part.caveats) this.#caveats.add(caveat);
    this.#steps.push(...part.before);
    this.#inline.push(...part.inline);
    this.#after.push(...part.after);
  }

  finish(because: string): SaferDraft {
    if (!this.#isChanged) {
      return this.#refused.length === 0
        ? alreadySafe("What it reads has been proved beforehand.")
        : none(this.#refused.map((one) => one.because).join("; "));
    }
    this.#flush();
    return {
      kind: "safer",
      steps: this.#steps,
      because: [because, ...this.#reasons].join(" ").trim(),
      caveats: [...this.#refused.map((one) => `\`${one.text}\` stays as it is: ${one.because}.`), ...this.#caveats],
    };
  }

  #flush(): void {
    const why = "Does no more than a moment's work: what has to be proved about old rows is proved afterwards.";
    if (this.#inline.length > 0) this.#steps.push(own(`${this.alter} ${this.#inline.join(", ")}`, why));
    this.#steps.push(...this.#after);
    if (this.#long.length > 0) {
      const reasons = [...new Set(this.#long.map(({ because }) => because))].join("; ");
      const sql = `${this.alter} ${this.#long.map(({ text }) => text).join(", ")}`;
      this.#steps.push({ ...own(sql, `No gentler form of it is known: ${reasons}.`), isLong: true });
    }
    this.#inline = [];
    this.#after = [];
    this.#long = [];
  }
}

interface Refused {
  readonly text: string;
  readonly because: string;
}
