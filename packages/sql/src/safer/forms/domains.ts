import { fieldsOf, listOf, stringOf } from "../../parse/parse-tree.js";
import { nameFromParts } from "../../parse/read-names.js";
import { quoteIdentifier, quoteQualified } from "../../write/quote-identifier.js";
import { withoutName } from "../alter-table/added-constraint.js";
import { blockingWork, describeWork } from "../blocking-work.js";
import { alreadySafe, none, own, type SaferDraft } from "../safer-answer.js";
import { plainName, type SaferContext } from "../safer-context.js";

/** ALTER DOMAIN … ADD CHECK: new values are held to it at once, old ones are read in a transaction of their own. */
export async function saferAlterDomain(context: SaferContext): Promise<SaferDraft> {
  const { fields, picture, names, cut } = context;
  const effect = (await context.predict([context.statement.text]))?.[0];
  if (effect === undefined || effect.certainty === "unknown") return none("the statement is not understood");
  const work = blockingWork(effect);
  if (work.length === 0) return alreadySafe("It reads no rows while others have to wait.");
  const constraint = fieldsOf(fields.def, "Constraint");
  if (fields.subtype === "V") {
    return none("every table with a column of the domain is locked SHARE while it is read, however it is validated");
  }
  if (fields.subtype !== "C" || constraint?.contype !== "CONSTR_CHECK") {
    return none(`a domain's NOT NULL cannot be NOT VALID. ${describeWork(effect, work)}`);
  }
  const written = nameFromParts(listOf(fields.typeName)) ?? { name: "" };
  const found = picture.findType(written);
  const domain = found?.key ?? quoteQualified(written);
  const schema =
    found === undefined ? picture.creationSchema(written.schema) : found.key.slice(0, found.key.lastIndexOf("."));
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
      own(
        `alter domain ${domain} validate constraint ${name}`,
        "Reads every table with a column of the domain. Readers go on; writers wait while their table is read.",
      ),
    ],
    because: describeWork(effect, work),
    caveats: [
      "VALIDATE CONSTRAINT of a domain locks its tables SHARE, on every version: writers wait. It can wait for a quiet hour, as new values are checked already.",
    ],
  };
}
