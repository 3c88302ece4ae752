import { splitName } from "../../effects/picture/spelled-name.js";
import { fieldsOf, listOf, stringOf } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { withoutName } from "../alter-table/added-constraint.js";
import { blockingWork, describeIdle, describeWork } from "../blocking-work.js";
import { alreadySafe, none, own, type SaferDraft } from "../safer-answer.js";
import { plainName, type SaferContext } from "../safer-context.js";

/** ALTER DOMAIN … ADD CHECK: new values are held to it at once, old ones are read in a transaction of their own. */
export function saferAlterDomain(context: SaferContext): SaferDraft {
  const { fields, picture, names, cut } = context;
  const effect = context.whole;
  if (effect.certainty === "unknown") return none("the statement is not understood");
  const work = blockingWork(effect);
  const constraint = fieldsOf(fields.def, "Constraint");
  // Which tables have a column of it only a catalog tells; what is checked later does no harm if there is none.
  const reads = ["C", "O", "V"].includes(stringOf(fields.subtype) ?? "") && constraint?.skip_validation !== true;
  const maySpare = context.catalog === undefined && reads;
  if (work.length === 0 && !maySpare) return alreadySafe(describeIdle(effect));
  const because = work.length === 0 ? "Every table with a column of the domain is read." : describeWork(effect, work);
  if (fields.subtype === "V") {
    return none("every table with a column of the domain is locked SHARE while it is read, however it is validated");
  }
  if (fields.subtype !== "C" || constraint?.contype !== "CONSTR_CHECK") {
    return none(`a domain's NOT NULL cannot be NOT VALID. ${because}`);
  }
  const written = nameFromParts(listOf(fields.typeName)) ?? { name: "" };
  const found = picture.findType(written);
  const domain = found?.key ?? quoteQualified(written);
  const schema = found === undefined ? picture.creationSchema(written.schema) : splitName(found.key).schema;
  const chosen = stringOf(constraint.conname);
  const name =
    chosen === undefined ? names.constraint(schema, plainName(domain), undefined, "check") : quoteIdentifier(chosen);
  const definition = withoutName(cut.between(constraint.location));
  return {
    kind: "safer",
    steps: [
      own(
        `alter domain ${domain} add constraint ${name} ${definition} not valid`,
        "New values are held to it; no table is locked.",
      ),
      {
        ...own(
          `alter domain ${domain} validate constraint ${name}`,
          "Reads every table with a column of the domain. Readers go on; writers wait until the last one is read.",
        ),
        isLong: true,
      },
    ],
    because,
    caveats: [
      "VALIDATE CONSTRAINT of a domain locks its tables SHARE, on every version: writers wait. It can wait for a quiet hour, as new values are checked already.",
    ],
  };
}
