import { resolve } from "node:path";
import { ConfitureError } from "@confiture/model";
import { redactUrl } from "@confiture/postgres";
import type { CliContext } from "../context.js";

/** One of two schemas to compare, as somebody named it. `shown` holds no password. */
export type Side =
  | { readonly kind: "url"; readonly url: string; readonly shown: string }
  | { readonly kind: "environment"; readonly name: string; readonly shown: string }
  | { readonly kind: "ddl"; readonly path: string; readonly shown: string };

/** A folder or file of DDL, a postgres:// URL, or env:NAME. */
export function sideOf({ cwd }: CliContext, typed: string): Side {
  if (/^postgres(ql)?:\/\//.test(typed)) return { kind: "url", url: typed, shown: redactUrl(typed) };
  if (typed.startsWith("env:")) {
    const name = typed.slice("env:".length);
    if (name === "") throw notASide(typed);
    return { kind: "environment", name, shown: typed };
  }
  // What looks like any other URL may hold a password as well: it is not repeated.
  if (typed === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) throw notASide(redactUrl(typed));
  return { kind: "ddl", path: resolve(cwd, typed), shown: typed };
}

function notASide(typed: string): ConfitureError {
  return new ConfitureError("CONFITURE_USAGE", `\`${typed}\` names no schema.`, {
    hint: "Name a folder or a file of DDL, a postgres:// URL, or env:NAME for an environment of confiture.yaml.",
  });
}
