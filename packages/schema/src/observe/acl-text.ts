import { nameOf } from "./column-text.js";

/**
 * SQL: who may do what, a line a privilege, with the owner called so. Null when that is just what the object has by
 * itself (`usual`), whether the catalog leaves it unset or spells it out.
 */
export function aclText(acl: string, owner: string, usual: string): string {
  return `case when ${acl} is not null then nullif(
    coalesce(${lines(acl, owner)}, 'nobody'),
    coalesce(${lines(usual, owner)}, 'nobody')) end`;
}

/** By the letter the server knows a kind of object by. */
export function usualAcl(kind: string, owner: string): string {
  return `acldefault(${kind}, ${owner})`;
}

function lines(acl: string, owner: string): string {
  const role = (oid: string) => `case when ${oid} = ${owner} then '(owner)' else ${nameOf("role", oid)} end`;
  return `(
    select string_agg(e.line, E'\\n' order by e.line collate "C")
    from (
      select ${role("p.grantee")} || ': ' || p.privilege_type || case when p.is_grantable then ' with grant option' else '' end
        || case when p.grantor = ${owner} then '' else ' by ' || ${role("p.grantor")} end as line
      from aclexplode(${acl}) p) e)`;
}
