import { ConfitureError } from "@confiture/model";
import { type DefinedObject, parseSqlFile, readDependencies, type UsedName } from "@confiture/sql";
import type { BuildFile } from "./read-build-files.js";

/** A file and the files that must be loaded before it, by their positions in the list. */
export interface FileNeeds {
  readonly path: string;
  readonly needs: ReadonlySet<number>;
}

/**
 * Moves the files that make what a file uses in front of it, and leaves the rest in the order listed.
 *
 * @throws CONFITURE_LOAD_ORDER printing the circle of files that need each other
 */
export async function orderByDependencies(files: readonly BuildFile[]): Promise<readonly BuildFile[]> {
  const order = sortByNeeds(await readNeeds(files));
  return order.map((index) => files[index]!);
}

async function readNeeds(files: readonly BuildFile[]): Promise<readonly FileNeeds[]> {
  const contents = await Promise.all(files.map(readContents));
  const makers = new Makers(contents);
  return files.map(({ path }, index) => ({
    path,
    needs: new Set((contents[index]?.uses ?? []).flatMap((name) => makers.of(name, index))),
  }));
}

interface Contents {
  readonly defines: readonly DefinedObject[];
  readonly uses: readonly UsedName[];
}

async function readContents({ text, path }: BuildFile): Promise<Contents> {
  const { statements } = await parseSqlFile(text, { file: path });
  const each = await Promise.all(statements.map((statement) => readDependencies(statement)));
  return { defines: each.flatMap(({ defines }) => defines), uses: each.flatMap(({ uses }) => uses) };
}

/** Which files make what. A name without a schema means the one in `public`, or else the only one there is. */
class Makers {
  readonly #qualified = new Map<string, number[]>();
  readonly #unqualified = new Map<string, Map<string, number[]>>();

  constructor(contents: readonly Contents[]) {
    for (const [index, { defines }] of contents.entries()) {
      for (const { kind, schema = "public", name } of defines) {
        append(this.#qualified, `${kind}:${schema}.${name}`, index);
        const bySchema = this.#unqualified.get(`${kind}:${name}`) ?? new Map<string, number[]>();
        this.#unqualified.set(`${kind}:${name}`, bySchema);
        append(bySchema, schema, index);
      }
    }
  }

  /** The files that must come before the one that uses a name; none when it makes the object itself. */
  of(used: UsedName, user: number): readonly number[] {
    const makers = this.#find(used);
    if (makers.includes(user)) return [];
    // Functions of one name are told apart by their arguments, which a name alone does not show.
    return used.kind === "routine" ? makers : makers.slice(0, 1);
  }

  #find({ kind, schema, name }: UsedName): readonly number[] {
    const exact = this.#qualified.get(`${kind}:${schema ?? "public"}.${name}`);
    if (exact !== undefined || schema !== undefined) return exact ?? [];
    const elsewhere = [...(this.#unqualified.get(`${kind}:${name}`)?.values() ?? [])];
    return elsewhere.length === 1 ? (elsewhere[0] ?? []) : [];
  }
}

function append(map: Map<string, number[]>, key: string, index: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [index]);
  else if (!known.includes(index)) known.push(index);
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
