import type { CatalogEnum } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";

export function createEnum({ name, labels }: CatalogEnum): string {
  return `create type ${name} as enum (${labels.map(quoteLiteral).join(", ")})`;
}

/**
 * Labels are added in their places and, where somebody has declared it, renamed. A label cannot be dropped nor moved.
 * @param renamed new names of labels by their old ones; a label that goes while another comes is not taken for it.
 */
export function alterEnum(
  before: CatalogEnum,
  after: CatalogEnum,
  renamed: ReadonlyMap<string, string> = new Map(),
): readonly string[] | "replace" {
  const renames = before.labels.filter((label) => renamed.has(label));
  const had = before.labels.map((label) => renamed.get(label) ?? label);
  const kept = after.labels.filter((label) => had.includes(label));
  if (kept.length !== had.length || kept.some((label, place) => label !== had[place])) return "replace";
  return [
    ...renames.map(
      (label) =>
        `alter type ${after.name} rename value ${quoteLiteral(label)} to ${quoteLiteral(renamed.get(label) ?? label)}`,
    ),
    ...after.labels
      .map((label, place) => ({ label, place }))
      .filter(({ label }) => !had.includes(label))
      .map(({ label, place }) => `alter type ${after.name} add value ${quoteLiteral(label)}${at(place, after, had)}`),
  ];
}

/** Labels are added from first to last, so that the one before is there. */
function at(place: number, { labels }: CatalogEnum, had: readonly string[]): string {
  const previous = labels[place - 1];
  if (!labels.slice(place).some((label) => had.includes(label))) return "";
  return previous === undefined ? ` before ${quoteLiteral(had[0] ?? "")}` : ` after ${quoteLiteral(previous)}`;
}
