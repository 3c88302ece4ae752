import { findLineComments } from "@confiture/sql";
import { parseRename, type Rename } from "./rename.js";

/**
 * The renames that DDL declares in comments, wherever they stand in it: `-- confiture: rename column shop.orders.note to
 * remark`.
 *
 * @throws CONFITURE_RENAME with the place of a directive that cannot be read
 */
export function readRenameDirectives(sql: string, file: string): readonly Rename[] {
  // Looking at every token of a large script takes longer than finding out that there is nothing to look for.
  if (!/--\s*confiture:\s*rename/i.test(sql)) return [];
  return findLineComments(sql).flatMap(({ text, line, column }) => {
    const [, directive] = /^confiture:\s*rename\s+(.*)$/is.exec(text) ?? [];
    return directive === undefined ? [] : [parseRename(directive, { file, line, column })];
  });
}
