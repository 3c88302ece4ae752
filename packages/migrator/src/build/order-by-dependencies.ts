import { ConfitureError } from "@confiture/model";
import { readDependencies } from "@confiture/sql";
import type { BuildFile } from "./read-build-files.js";

/** A file and the files that must be loaded before it, by their positions in the list. */
export interface FileNeeds {
  readonly path: string;
  readonly needs: ReadonlySet<number>;
}

/**
 * Moves a file behind the files that make what it uses, and leaves the rest in the order listed.
 *
 * @throws CONFITURE_LOAD_ORDER printing the circle of files that need each other
 */
export async function orderByDependencies(files: readonly BuildFile[]): Promise<readonly BuildFile[]> {
  const order = sortByNeeds(await readNeeds(files));
  return order.map((index) => files[index]!);
}

async function readNeeds(files: readonly BuildFile[]): Promise<readonly FileNeeds[]> {
  throw new Error("not yet");
}

/**
 * Positions in an order in which everything needed comes first: each time, the first file listed that lacks nothing.
 *
 * @throws CONFITURE_LOAD_ORDER
 */
export function sortByNeeds(files: readonly FileNeeds[]): readonly number[] {
  const order: number[] = [];
  const state = new Map<number, "visiting" | "placed">();
  const visit = (index: number, path: readonly number[]): void => {
    if (state.get(index) === "placed") return;
    if (state.get(index) === "visiting")
      throw circle([...path.slice(path.indexOf(index)), index].map((position) => files[position]?.path ?? ""));
    state.set(index, "visiting");
    for (const needed of [...(files[index]?.needs ?? [])].sort((left, right) => left - right)) {
      if (needed !== index) visit(needed, [...path, index]);
    }
    state.set(index, "placed");
    order.push(index);
  };
  for (const index of files.keys()) visit(index, []);
  return order;
}

function circle(paths: readonly string[]): ConfitureError {
  return new ConfitureError("CONFITURE_LOAD_ORDER", `Files need each other in a circle: ${paths.join(" → ")}.`, {
    at: { file: paths[0] ?? "", line: 1, column: 1 },
    hint: "Move what closes the circle to a file of its own: a foreign key to an `alter table … add constraint` behind both tables, say.",
    facts: { circle: paths },
  });
}
