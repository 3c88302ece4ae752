import type { AnnotatedObject } from "@confiture/model";
import { beyondReach } from "../kinds/beyond-reach.js";
import { carrierOf, columnOf, comparePrivileges, type Holding, keyOfHolding, type Level } from "./holding.js";
import { type RightsStep, sayRights, verbTowards } from "./say-rights.js";

/**
 * The statements that lead from what is held to what is to be held, on one object and its columns or on several. What
 * REVOKE does besides is reckoned with: on a table it takes the privileges on the columns along, and nobody can lose a
 * grant option while others hold what he granted with it.
 */
export function bringRights(from: readonly Holding[], to: readonly Holding[]): readonly string[] {
  const all = joinHoldings(from, to);
  const steps: RightsStep[] = [];
  for (const holding of [...all]) {
    for (const [privilege, wanted] of holding.wanted) lower(holding, privilege, wanted);
  }
  giveWhatIsMissing();
  return sayRights(steps);

  /** A grantor first needs the grant option himself, so it goes round until nothing is left to be given. */
  function giveWhatIsMissing(): void {
    const missing = all.flatMap((holding) =>
      [...holding.wanted].filter(([privilege, level]) => levelOf(holding, privilege) < level),
    );
    if (missing.length === 0) return;
    let given = 0;
    for (const holding of all) {
      for (const [privilege, level] of holding.wanted) {
        if (levelOf(holding, privilege) >= level || !canGrant(holding, privilege)) continue;
        move(holding, privilege, level);
        given += 1;
      }
    }
    if (given === 0) throw grantorsLackOption(all);
    giveWhatIsMissing();
  }

  function lower(holding: Changing, privilege: string, level: Level): void {
    if (levelOf(holding, privilege) <= level) return;
    // A grant whose grantor has lost the right to make it is taken back by nobody until he has that right again.
    const lent = canGrant(holding, privilege) ? undefined : lendOption(holding, privilege);
    const along = columnsUnder(holding, privilege).filter((one) => levelOf(one, privilege) > level);
    for (const one of [holding, ...along]) lowerDependents(one, privilege);
    move(holding, privilege, level);
    for (const one of along) one.now.set(privilege, level);
    if (lent !== undefined) lower(lent.to, privilege, lent.level);
  }

  /** What REVOKE on a table takes along: the same role's privileges on its columns, by the same grantor. */
  function columnsUnder({ column, ...holding }: Changing, privilege: string): readonly Changing[] {
    if (column !== undefined || !columnPrivileges.has(privilege)) return [];
    return all.filter(
      (one) =>
        one.column !== undefined &&
        one.carrier === holding.carrier &&
        one.grantee === holding.grantee &&
        one.grantor === holding.grantor,
    );
  }

  /** Takes back what he granted who is about to lose his grant option. */
  function lowerDependents(holding: Changing, privilege: string): void {
    if (levelOf(holding, privilege) < 2) return;
    const isOther = (one: Changing) => one !== holding;
    for (const one of [...all]) {
      if (one.carrier !== holding.carrier || one.grantor !== holding.grantee) continue;
      if (one.column === holding.column) {
        // The server insists, and looks for another source of the option in the same place only.
        if (!hasOption(one, privilege, (source) => isOther(source) && source.column === one.column))
          lower(one, privilege, 0);
      } else if (!canGrant(one, privilege, isOther)) {
        // From a table down to its columns it does not insist, and leaves grants behind that nobody can take back.
        lower(one, privilege, one.wanted.get(privilege) ?? 0);
      }
    }
  }

  function lendOption(holding: Changing, privilege: string): { readonly to: Changing; readonly level: Level } {
    const { on, carrier, column, grantor = "" } = holding;
    const place = { on, carrier, column, grantee: grantor, grantor: undefined };
    const found = all.find((one) => keyOfHolding(one) === keyOfHolding(place));
    const to = found ?? { ...place, now: new Map(), wanted: new Map() };
    if (found === undefined) all.push(to);
    const level = levelOf(to, privilege);
    move(to, privilege, 2);
    return { to, level };
  }

  /** Whether its grantor has the grant option, for the column or for its table. */
  function canGrant(holding: Changing, privilege: string, counts: (source: Changing) => boolean = () => true): boolean {
    if (holding.grantor === undefined) return true;
    return hasOption(
      holding,
      privilege,
      (source) => counts(source) && (source.column === undefined || source.column === holding.column),
    );
  }

  function hasOption(holding: Changing, privilege: string, counts: (source: Changing) => boolean): boolean {
    return all.some(
      (one) =>
        one.carrier === holding.carrier &&
        one.grantee === holding.grantor &&
        levelOf(one, privilege) === 2 &&
        counts(one),
    );
  }

  function move(holding: Changing, privilege: string, level: Level): void {
    const { on, grantee, grantor } = holding;
    steps.push({ verb: verbTowards(level, levelOf(holding, privilege)), privilege, on, grantee, grantor });
    holding.now.set(privilege, level);
  }
}

/** Privileges that a column can have. */
const columnPrivileges = new Set(["SELECT", "INSERT", "UPDATE", "REFERENCES"]);

/** A holding on its way, privilege by privilege. */
interface Changing {
  readonly on: AnnotatedObject;
  readonly carrier: string;
  readonly column: string | undefined;
  readonly grantee: string;
  readonly grantor: string | undefined;
  readonly now: Map<string, Level>;
  readonly wanted: ReadonlyMap<string, Level>;
}

function levelOf(holding: Changing, privilege: string): Level {
  return holding.now.get(privilege) ?? 0;
}

/** Tables before their columns; otherwise in the order they came in. */
function joinHoldings(from: readonly Holding[], to: readonly Holding[]): Changing[] {
  const [old, wanted] = [from, to].map((side) => new Map(side.map((holding) => [keyOfHolding(holding), holding]))) as [
    Map<string, Holding>,
    Map<string, Holding>,
  ];
  const joined = [...new Map([...old, ...wanted])].map(([key, holding]) =>
    changing(holding, old.get(key), wanted.get(key)),
  );
  const isColumn = ({ column }: Changing) => column !== undefined;
  return [...joined.filter((one) => !isColumn(one)), ...joined.filter(isColumn)];
}

function changing({ on, grantee, grantor }: Holding, old: Holding | undefined, wanted: Holding | undefined): Changing {
  const changes = comparePrivileges(old?.privileges, wanted?.privileges);
  return {
    on,
    carrier: carrierOf(on),
    column: columnOf(on),
    grantee,
    grantor,
    now: new Map(changes.map(({ privilege, now }) => [privilege, now])),
    wanted: new Map(changes.map(({ privilege, wanted }) => [privilege, wanted])),
  };
}

function grantorsLackOption(all: readonly Changing[]): Error {
  const grants = all.flatMap((holding) =>
    [...holding.wanted]
      .filter(([privilege, level]) => levelOf(holding, privilege) < level)
      .map(
        ([privilege]) =>
          `${privilege} on ${holding.on.kind} ${holding.on.name} by ${holding.grantor} to ${holding.grantee}`,
      ),
  );
  return beyondReach(
    `These grants are made by roles that have no grant option for them, which PostgreSQL refuses: ${grants.join("; ")}.`,
    "Give these roles the grant option, or have the owner make the grants.",
  );
}
