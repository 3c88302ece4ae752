import type { Sides } from "./kind-rules.js";

/** What happens to the old form of a composite type that is made anew, so that its values have the places of the new one. */
export interface AttributePlaces {
  readonly gone: readonly string[];
  readonly added: readonly string[];
  /** Whether dropping and adding leads to the places of the new form: attributes that stay cannot change their order. */
  readonly reached: boolean;
}

/** Undefined for what is no composite type on both sides, or has the same attributes in the same places. */
export function attributePlaces(type: string, { before, after }: Sides): AttributePlaces | undefined {
  const [was, is] = [before.find("types", type), after.find("types", type)];
  if (was?.kind !== "composite type" || is?.kind !== "composite type") return undefined;
  const [had, has] = [was, is].map(({ attributes }) => attributes.map(({ attribute }) => attribute));
  if (had === undefined || has === undefined || had.join() === has.join()) return undefined;
  const kept = had.filter((name) => has.includes(name));
  return {
    gone: had.filter((name) => !has.includes(name)),
    added: has.filter((name) => !had.includes(name)),
    reached: kept.every((name, place) => has[place] === name),
  };
}

/**
 * Brings the old form of a type that is made anew to the places of the new one. What is added there is NULL in every value,
 * of whatever type it will be: text needs nothing that is not there yet.
 */
export function takePlaces(type: string, sides: Sides): readonly string[] {
  const places = attributePlaces(type, sides);
  if (places?.reached !== true) return [];
  const changes = [
    ...places.gone.map((name) => `drop attribute ${name}`),
    ...places.added.map((name) => `add attribute ${name} text`),
  ];
  return [`alter type ${type} ${changes.join(", ")}`];
}
