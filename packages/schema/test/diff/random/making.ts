import type { Draw } from "@confiture/testkit/draw";
import type { Grant, SchemaModel } from "./schema-model.js";

/** A schema that is being made, and the chance that makes it. */
export interface Making {
  readonly model: SchemaModel;
  readonly draw: Draw;
}

export const tablePrivileges = ["select", "insert", "update", "delete", "select, insert", "references", "all"];

export const roles = ["public", "pg_monitor", "pg_read_all_settings"];

export const owners = ["pg_monitor", "pg_read_all_settings"];

export function nextId(model: SchemaModel): number {
  model.next += 1;
  return model.next;
}

/** Unlike any other, and now and then one that must be quoted. */
export function nameFor({ draw }: Making, prefix: string, id: number): string {
  if (draw.percent(6)) return `${prefix.toUpperCase()} "${id}"`;
  return draw.percent(4) ? `select.${prefix}${id}` : `${prefix}${id}`;
}

export function home({ model, draw }: Making): number {
  return draw.pick(model.schemas).id;
}

export function newGrant({ draw }: Making, privileges: readonly string[] = tablePrivileges): Grant {
  const to = draw.pick(roles);
  return { privilege: draw.pick(privileges), to, withOption: to !== "public" && draw.percent(15) };
}

export function newNotes(making: Making, privileges: readonly string[]) {
  const { draw } = making;
  return {
    comment: draw.percent(15) ? `note ${draw.int(99)}` : undefined,
    grants: draw.percent(15) ? [newGrant(making, privileges)] : [],
    owner: draw.percent(6) ? draw.pick(owners) : undefined,
  };
}
