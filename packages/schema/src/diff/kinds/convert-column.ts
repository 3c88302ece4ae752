import { ConfitureError } from "@confiture/model";
import { attributePlaces } from "./attribute-places.js";
import { bareType, conversion } from "./change-type.js";
import type { Sides } from "./kind-rules.js";

/**
 * The expression that turns a column's values into its new type, or undefined when the server does it by assignment.
 * @param remade whether its type was made anew under the same name.
 */
export function convertColumn(
  column: string,
  [was, is]: readonly [was: string, is: string],
  sides: Sides,
  remade: boolean,
): string | undefined {
  const composite = remade && was === is ? convertComposite(column, is, sides) : undefined;
  return composite ?? conversion(column, was, is, sides.before, remade);
}

/**
 * The expression that brings a value of a composite type that was made anew to its new form, attribute by attribute:
 * as text, values would go by their place. Undefined when every attribute stands where it stood.
 *
 * @throws CONFITURE_DIFF_IMPOSSIBLE for arrays of such values and what else no expression reaches into.
 */
function convertComposite(value: string, type: string, sides: Sides): string | undefined {
  if (!isReshaped(type, sides)) return undefined;
  const [was, is] = [sides.before.find("types", type), sides.after.find("types", type)];
  if (was?.kind !== "composite type" || is?.kind !== "composite type") throw outOfReach(type);
  const parts = is.attributes.map(({ attribute, type: wanted }) => {
    const had = was.attributes.find((one) => one.attribute === attribute);
    if (had === undefined) return `null::${wanted}`;
    const part = `(${value}).${attribute}`;
    const inner = had.type === wanted ? convertComposite(part, wanted, sides) : undefined;
    const isOwn = sides.before.find("types", bareType(had.type)) !== undefined;
    return inner ?? conversion(part, had.type, wanted, sides.before, isOwn) ?? part;
  });
  return `case when ${value} is not distinct from null then null else row(${parts.join(", ")})::${type} end`;
}

/** Whether attributes of the type, or of what it is made of, are in another order now. */
function isReshaped(type: string, sides: Sides, seen: ReadonlySet<string> = new Set()): boolean {
  const name = bareType(type);
  if (seen.has(name)) return false;
  const within = new Set([...seen, name]);
  const [was, is] = [sides.before.find("types", name), sides.after.find("types", name)];
  if (was?.kind === "domain") return isReshaped(was.type, sides, within);
  if (was?.kind !== "composite type" || is?.kind !== "composite type") return false;
  return (
    attributePlaces(name, sides)?.reached === false || was.attributes.some((one) => isReshaped(one.type, sides, within))
  );
}

function outOfReach(type: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_DIFF_IMPOSSIBLE",
    `Columns hold values of ${type}, inside of which attributes change their places.`,
    { hint: "Bring the values over by a migration of your own.", facts: { type } },
  );
}
