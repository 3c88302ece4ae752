import { quoteLiteral } from "@confiture/sql";
import type { Grant } from "./schema-model.js";

interface Noted {
  readonly comment?: string | undefined;
  readonly grants: readonly Grant[];
  readonly owner?: string | undefined;
}

export function withNotes(
  { sql, named }: { readonly sql: string; readonly named: string },
  noted: Noted,
): readonly string[] {
  return [sql, ...notesOn(named, noted)];
}

/** Owner first: what is granted afterwards is granted by it. */
export function notesOn(named: string, { comment, grants, owner }: Noted): readonly string[] {
  const on = named.replace(/^(view|materialized view|foreign table) /, "table ").replace(/^domain /, "type ");
  return [
    ...(owner === undefined ? [] : [`alter ${named} owner to ${owner}`]),
    ...commentOn(named, comment),
    ...grants.map(
      ({ privilege, to, withOption }) =>
        `grant ${privilege} on ${on} to ${to}${withOption ? " with grant option" : ""}`,
    ),
  ];
}

export function commentOn(named: string, comment: string | undefined): readonly string[] {
  return comment === undefined ? [] : [`comment on ${named} is ${quoteLiteral(comment)}`];
}
