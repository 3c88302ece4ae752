import { stringOf, type TreeFields } from "../../parse/parse-tree.js";
import type { Picture } from "../picture/picture.js";
import type { StatementContext } from "../statement-context.js";

const begins = new Set(["TRANS_STMT_BEGIN", "TRANS_STMT_START"]);
const ends = new Set(["TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"]);

/** BEGIN to ROLLBACK, with savepoints: what is rolled back is not there, and SET LOCAL holds to the end. */
export function controlTransaction(fields: TreeFields, context: StatementContext): void {
  const { picture } = context;
  const kind = stringOf(fields.kind) ?? "";
  const savepoint = stringOf(fields.savepoint_name);
  context.begin("transaction_control");
  // In a body COMMIT and ROLLBACK stand behind conditions.
  if (context.isInside) {
    picture.wasRolledBack ||= kind === "TRANS_STMT_ROLLBACK";
    return;
  }
  if (begins.has(kind)) picture.keepMark("begin");
  else if (kind === "TRANS_STMT_SAVEPOINT" && savepoint !== undefined) picture.keepMark(`savepoint ${savepoint}`);
  else if (kind === "TRANS_STMT_ROLLBACK_TO" && savepoint !== undefined) goBack(`savepoint ${savepoint}`, picture);
  else if (kind === "TRANS_STMT_ROLLBACK") goBack("begin", picture);
  if (ends.has(kind)) endTransaction(picture, fields.chain === true);
}

/** Where the file does not say what it goes back to, the picture stays as it is. */
function goBack(mark: string, picture: Picture): void {
  if (!picture.returnTo(mark)) picture.wasRolledBack = true;
}

function endTransaction(picture: Picture, isChained: boolean): void {
  picture.searchPath = picture.searchPathAfterwards ?? picture.searchPath;
  picture.searchPathAfterwards = undefined;
  picture.forgetMarks();
  if (isChained) picture.keepMark("begin");
}
