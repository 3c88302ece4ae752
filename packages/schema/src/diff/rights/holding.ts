import type { AnnotatedObject, CatalogGrant } from "@confiture/model";
import { cutLastPart } from "../name-parts.js";

/** 0: not at all, 1: held, 2: held with grant option. */
export type Level = 0 | 1 | 2;

/** A privilege somebody has, beside what he would have if nobody had granted or revoked anything. */
export interface HeldPrivilege {
  readonly level: Level;
  readonly usual: Level;
}

/** By their names (`SELECT`). Those that are as usual may be missing. */
export type HeldPrivileges = ReadonlyMap<string, HeldPrivilege>;

/** What one role has on one object, or on one column, by one grantor. */
export interface Holding {
  readonly on: AnnotatedObject;
  readonly grantee: string;
  /** Absent: the owner. */
  readonly grantor: string | undefined;
  readonly privileges: HeldPrivileges;
}

/** How much of a privilege somebody has by itself. */
export type Usual = (privilege: string) => Level;

/** @param owner of the object. Absent for the server's own: they are nobody's in a catalog. */
export function holdingOf(grant: CatalogGrant, owner: string | undefined): Holding {
  const { on, grantee, grantor } = grant;
  return { on, grantee, grantor, privileges: heldPrivileges(grant, usualOn(on, grantee, owner)) };
}

/**
 * Reads `granted` and `revoked`, which say how things differ from the usual.
 * @param usual for where the words leave open what that is.
 */
export function heldPrivileges(
  { granted, revoked }: Pick<CatalogGrant, "granted" | "revoked">,
  usual: Usual,
): HeldPrivileges {
  return new Map<string, HeldPrivilege>([
    ...granted.map((words): [string, HeldPrivilege] => {
      const privilege = words.replace(/ with grant option$/, "");
      if (privilege === words) return [privilege, { level: 1, usual: 0 }];
      return [privilege, { level: 2, usual: usual(privilege) }];
    }),
    ...revoked.map((words): [string, HeldPrivilege] => {
      const privilege = words.replace(/ grant option$/, "");
      return [privilege, privilege === words ? { level: 0, usual: 1 } : { level: 1, usual: 2 }];
    }),
  ]);
}

/** What the owner and everybody have without a word said. */
export function usualOn({ kind }: AnnotatedObject, grantee: string, owner: string | undefined): Usual {
  if (kind === "column") return () => 0;
  if (grantee === owner) return () => 1;
  return (privilege) => (grantee === "PUBLIC" && usualForAll[kind] === privilege ? 1 : 0);
}

const usualForAll: Readonly<Record<string, string>> = {
  function: "EXECUTE",
  procedure: "EXECUTE",
  aggregate: "EXECUTE",
  type: "USAGE",
  language: "USAGE",
};

/** Which holdings are of one object: those of columns are of the column's table. */
export function carrierOf({ kind, name }: AnnotatedObject): string {
  if (kind === "column") return `relation ${cutLastPart(name)[0]}`;
  return relationKinds.has(kind) ? `relation ${name}` : `${kind} ${name}`;
}

const relationKinds = new Set(["table", "view", "materialized view", "foreign table"]);

export function columnOf({ kind, name }: AnnotatedObject): string | undefined {
  return kind === "column" ? cutLastPart(name)[1] : undefined;
}

/** One holding of a role on an object. */
export function keyOfHolding({ on, grantee, grantor }: Pick<Holding, "on" | "grantee" | "grantor">): string {
  return JSON.stringify([carrierOf(on), columnOf(on), grantee, grantor]);
}

export interface PrivilegeChange {
  readonly privilege: string;
  readonly now: Level;
  readonly wanted: Level;
}

/** Every privilege that one side mentions. The other side, where it does not, has it as usual. */
export function comparePrivileges(
  now: HeldPrivileges = new Map(),
  wanted: HeldPrivileges = new Map(),
): PrivilegeChange[] {
  const level = (one: HeldPrivileges, other: HeldPrivileges, privilege: string): Level =>
    one.get(privilege)?.level ?? other.get(privilege)?.usual ?? 0;
  return [...new Set([...now.keys(), ...wanted.keys()])].sort().map((privilege) => ({
    privilege,
    now: level(now, wanted, privilege),
    wanted: level(wanted, now, privilege),
  }));
}

/** One of several sources of what somebody holds. */
export interface Share {
  readonly privileges: HeldPrivileges;
  /** What this source gives of a privilege it does not mention. */
  readonly unmentioned: Usual;
}

/** What is usual by the words of those that mention it. */
export function usualAsSaid(sources: readonly Pick<Share, "privileges">[]): Usual {
  return (privilege) =>
    sources.map(({ privileges }) => privileges.get(privilege)?.usual).find((usual) => usual !== undefined) ?? 0;
}

/** Whoever holds something twice has the more of the two. */
export function combineShares(shares: readonly Share[], usual: Usual): HeldPrivileges {
  const names = new Set(shares.flatMap(({ privileges }) => [...privileges.keys()]));
  return new Map(
    [...names].map((name): [string, HeldPrivilege] => {
      const levels = shares.map(({ privileges, unmentioned }) => privileges.get(name)?.level ?? unmentioned(name));
      return [name, { level: Math.max(...levels) as Level, usual: usual(name) }];
    }),
  );
}
