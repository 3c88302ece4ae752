import type { CatalogGrant } from "@confiture/model";
import type { DiffReference } from "../diff-kinds.js";
import type { Sides } from "../kinds/kind-rules.js";
import { findRelation, resolveAnnotated } from "../resolve-annotated.js";
import { type BornObject, bornRights, bornWith } from "./born-rights.js";
import { bringRights } from "./bring-rights.js";
import { changeOwner } from "./change-owner.js";
import { grantsOn, ownerOf } from "./grants-by-object.js";
import { type Holding, holdingOf } from "./holding.js";

export interface ChangeRightsOptions {
  /** Whether the plan makes it, for the first time or again: it then begins with what default privileges give. */
  readonly isNew: (object: DiffReference) => boolean;
  /** The role that makes new objects. Absent: not known, so that any default privilege may have been in force. */
  readonly maker?: string;
}

/**
 * All grants on one object, its columns and what has no entry of its own: from how they are when the object stands as
 * `after` has it (made, altered, with its columns and its owner) to exactly what `after` says. Default privileges are to
 * be as in `before` until the last object is made.
 * @param object a column: one that is new, or has a new sequence, on a table that stays; nothing else of the table's.
 * Undefined: the grants on what no catalog lists, the server's own objects and those of extensions.
 * @throws CONFITURE_DIFF_IMPOSSIBLE for grants that the server would not let their grantor make.
 */
export function changeRights(
  object: DiffReference | undefined,
  sides: Sides,
  options: ChangeRightsOptions,
): readonly string[] {
  const { kept, born, wanted } =
    object?.kind === "columns" ? rightsOfColumn(object, sides, options) : rightsOfObject(object, sides, options);
  if (options.maker !== undefined) return bringRights([...kept, ...bornHoldings(born, options.maker, sides)], wanted);
  // Whoever makes it, what it may have been given by itself is taken back before anything is granted.
  const makers = new Set(sides.before.catalog.defaultPrivileges.map(({ role }) => role));
  const takenBack = [...makers].flatMap((maker) => bringRights(bornHoldings(born, maker, sides), []));
  return [...new Set(takenBack), ...bringRights(kept, wanted)];
}

interface Rights {
  readonly kept: readonly Holding[];
  /** What comes with default privileges. */
  readonly born: readonly BornObject[];
  readonly wanted: readonly Holding[];
}

function rightsOfObject(object: DiffReference | undefined, sides: Sides, options: ChangeRightsOptions): Rights {
  return {
    kept: keptHoldings(object, sides, options),
    born: object === undefined ? [] : bornObjects(object, sides, options),
    wanted: grantsOn(object, sides.after).map((grant) => holdingOf(grant, ownerOf(grant.on, sides.after))),
  };
}

/** What is granted on the rest of the table stands as it is to be. */
function rightsOfColumn(column: DiffReference, { before, after }: Sides, { isNew }: ChangeRightsOptions): Rights {
  const { table, identity } = after.find("columns", column.name) ?? {};
  const whole = findRelation(table ?? "", after);
  const isNewSequence = identity?.sequence !== before.find("columns", column.name)?.identity?.sequence;
  if (whole === undefined || isNew(whole) || !(isNew(column) || isNewSequence))
    return { kept: [], born: [], wanted: [] };
  const isOwn = ({ on }: CatalogGrant) => {
    const part = resolveAnnotated(on, after);
    return part?.kind === "columns" && part.name === column.name && (isNew(column) || on.kind === "sequence");
  };
  const grants = grantsOn(whole, after);
  const holdings = (some: readonly CatalogGrant[]) => some.map((grant) => holdingOf(grant, ownerOf(grant.on, after)));
  return {
    kept: holdings(grants.filter((grant) => !isOwn(grant))),
    born: bornWith({ kind: "columns", name: column.name }, after),
    wanted: holdings(grants),
  };
}

/** What was held before on parts that stay, as it is when the owner has become another one. */
function keptHoldings(
  object: DiffReference | undefined,
  { before, after }: Sides,
  { isNew }: ChangeRightsOptions,
): readonly Holding[] {
  if (object !== undefined && isNew(object)) return [];
  const grants = grantsOn(object, before);
  if (object === undefined) return grants.map((grant) => holdingOf(grant, undefined));
  const stays = grants.filter(({ on }) => {
    const part = resolveAnnotated(on, after);
    return part !== undefined && !isNew(part);
  });
  return [...new Set(stays.map(({ on }) => ownerOf(on, before)))].flatMap((owner) => {
    const holdings = stays.filter(({ on }) => ownerOf(on, before) === owner).map((grant) => holdingOf(grant, owner));
    const [first] = holdings;
    const newOwner = first && ownerOf(first.on, after);
    return owner === undefined || newOwner === undefined ? holdings : changeOwner(holdings, owner, newOwner);
  });
}

/** The parts that come with nothing but what default privileges give. */
function bornObjects(
  object: DiffReference,
  { before, after }: Sides,
  { isNew }: ChangeRightsOptions,
): readonly BornObject[] {
  const whole = isNew(object) ? bornWith(object, after) : [];
  if (object.kind !== "tables") return whole;
  const columns = after.columnsOf(object.name).filter(({ name, identity }) => {
    if (isNew(object) || isNew({ kind: "columns", name })) return true;
    return identity?.sequence !== before.find("columns", name)?.identity?.sequence;
  });
  return [...whole, ...columns.flatMap(({ name }) => bornWith({ kind: "columns", name }, after))];
}

function bornHoldings(born: readonly BornObject[], maker: string, { before, after }: Sides): readonly Holding[] {
  return born.flatMap((one) => {
    const holdings = bornRights(one, maker, before);
    const owner = ownerOf(one.on, after);
    return owner === undefined ? holdings : changeOwner(holdings, maker, owner);
  });
}
