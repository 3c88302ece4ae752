import type { ForeignOptions } from "@confiture/model";
import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { beyondReach } from "./beyond-reach.js";

/** ` options (host 'example', port '5432')`, and nothing where there are none. Secret ones are not among them. */
export function optionsClause({ options }: ForeignOptions): string {
  const items = [...byName(options)].map(([name, value]) => `${quoteIdentifier(name)} ${quoteLiteral(value)}`);
  return items.length === 0 ? "" : ` options (${items.join(", ")})`;
}

/**
 * The same for an object that is there: what to add, set and drop.
 * @throws CONFITURE_DIFF_IMPOSSIBLE for a secret that is not there yet. One on both sides counts as the same.
 */
export function changedOptionsClause(named: string, before: ForeignOptions, after: ForeignOptions): string {
  const unknown = after.maskedOptions.filter((name) => !before.maskedOptions.includes(name));
  if (unknown.length > 0)
    throw beyondReach(
      `Of ${named}, the value of ${unknown.join(", ")} looks like a secret, and secrets are not in a catalog.`,
      `Run it yourself, then compare again: alter ${named} options (${unknown.map(addSecret).join(", ")})`,
    );
  const [old, wanted] = [byName(before.options), byName(after.options)];
  const there = new Set([...old.keys(), ...before.maskedOptions]);
  const items = [
    ...[...there]
      .filter((name) => !wanted.has(name) && !after.maskedOptions.includes(name))
      .map((name) => `drop ${quoteIdentifier(name)}`),
    ...[...wanted]
      .filter(([name, value]) => old.get(name) !== value)
      .map(([name, value]) => `${there.has(name) ? "set" : "add"} ${quoteIdentifier(name)} ${quoteLiteral(value)}`),
  ];
  return items.length === 0 ? "" : ` options (${items.join(", ")})`;
}

/** A comment to stand before the statement that makes it, naming what has to be added by hand. */
export function noteOnSecrets(named: string, { maskedOptions }: ForeignOptions): string {
  if (maskedOptions.length === 0) return "";
  return `-- Secrets are not in a catalog. To be run by hand: alter ${named} options (${maskedOptions.map(addSecret).join(", ")})\n`;
}

const addSecret = (name: string) => `add ${quoteIdentifier(name)} '...'`;

function byName(options: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    options.map((option) => {
      const sign = option.indexOf("=");
      return [option.slice(0, sign), option.slice(sign + 1)] as const;
    }),
  );
}
