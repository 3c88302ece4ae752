import { quoteIdentifier } from "@confiture/sql";
import type { DiffReference } from "../diff-kinds.js";
import { cutLastPart } from "../name-parts.js";
import type { Sides } from "./kind-rules.js";

/** A name that is free on both sides, in the place of the old one. */
export function asideName({ name }: Pick<DiffReference, "name">, { before, after }: Sides): string {
  const [whole, own] = cutLastPart(name);
  const bare = own.replace(/^"|"$/g, "").replaceAll('""', '"').slice(0, 48);
  for (let number = 0; ; number += 1) {
    const aside = `${whole}.${quoteIdentifier(`${bare}__before${number === 0 ? "" : number}`)}`;
    const isTaken = [before, after].some(({ entries }) => kinds.some((kind) => entries.has(`${kind} ${aside}`)));
    if (!isTaken) return aside;
  }
}

const kinds = ["types", "tables", "views", "sequences", "columns", "collations"] as const;
