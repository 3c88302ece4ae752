import { columnMutations } from "./column-mutations.js";
import type { Making } from "./making.js";
import type { Mutation } from "./mutation.js";
import { noteMutations, objectMutations } from "./object-mutations.js";
import { tableMutations } from "./table-mutations.js";
import { tablePartMutations } from "./table-part-mutations.js";

/** Changes the model, and says by what. */
export function mutateSchema(making: Making): string {
  const weighted = mutations.flatMap((mutation) => Array.from({ length: mutation.weight ?? 2 }, () => mutation));
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const mutation = making.draw.pick(weighted);
    if (mutation.apply(making)) return mutation.name;
  }
  return "nothing";
}

const mutations: readonly Mutation[] = [
  ...columnMutations,
  ...tablePartMutations,
  ...tableMutations,
  ...noteMutations,
  ...objectMutations,
];
