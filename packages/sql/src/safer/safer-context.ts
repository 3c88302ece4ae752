import type { Catalog, Effect, Statement } from "@confiture/model";
import { FreeNames, plainName } from "../effects/names/free-names.js";
import { forkPicture } from "../effects/picture/fork-picture.js";
import type { Picture } from "../effects/picture/picture.js";
import { type Relation, relationName } from "../effects/picture/relation.js";
import { advance } from "../effects/predict-effects.js";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import type { Grammar } from "../parse/parse-statement.js";
import { isFields, type TreeFields, type TreeValue } from "../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../parse/read-names.js";
import { quoteQualified } from "../write/quote-identifier.js";
import type { FileCourse } from "./file-course.js";
import { alreadySafe, none, type SaferDraft } from "./safer-answer.js";
import { CutText } from "./text/cut-text.js";

export interface SaferSequenceOptions {
  /** What is there before the first statement. Without it, what depends on it is assumed, or refused where it must be known. */
  readonly catalog?: Catalog;
  /** Major version of the server. Default: that of the catalog, else the newest known. */
  readonly serverVersion?: number;
  /** Schemas in which a name without one is looked for, in order. Default: `public`. */
  readonly searchPath?: readonly string[];
  /** The session's TimeZone: whether `timestamp` becomes `timestamptz` without a rewrite depends on it. */
  readonly timeZone?: string;
}

/** What the readers of the forms work on. */
export interface SaferContext extends Place {
  readonly statement: Statement;
  /** The fields of the statement's node. */
  readonly fields: TreeFields;
  readonly cut: CutText;
  readonly version: number;
  /** What is there before the statement. A copy: readers may change it. */
  readonly picture: Picture;
  readonly names: FreeNames;
  /** What each of these texts does in its place, one after another. Undefined when one of them is no statement. */
  readonly predict: (texts: readonly string[]) => Promise<readonly Effect[] | undefined>;
}

/** A statement in its file. */
export interface Place {
  readonly grammar: Grammar;
  readonly catalog: Catalog | undefined;
  /** What came before, and what comes behind. */
  readonly course: FileCourse;
  /** What the statement does. */
  readonly whole: Effect;
}

export function openSaferContext(statement: Statement, fields: TreeFields, place: Place): SaferContext {
  const { grammar, course } = place;
  const picture = forkPicture(course.picture);
  return {
    ...place,
    statement,
    fields,
    picture,
    cut: new CutText(statement.text),
    version: picture.version,
    names: new FreeNames(picture),
    predict: async (texts) => {
      const { statements } = await parseSqlFile(texts.join(";\n"), { file: "safer" });
      if (statements.length !== texts.length || statements.some(({ kind }) => kind === "unparsable")) return undefined;
      const trial = forkPicture(course.picture);
      return statements.map((one) => advance(one, trial, grammar).effect);
    },
  };
}

/** A table of the statement, as far as it is known. */
export interface Target {
  /** As SQL; qualified where the catalog knows it. */
  readonly sql: string;
  /** Its schema, as SQL. */
  readonly schema: string;
  /** Without schema and quotes. */
  readonly bare: string;
  /** Undefined when the catalog does not hold it, or there is none. */
  readonly relation: Relation | undefined;
  /** Behind ONLY. */
  readonly only: boolean;
}

export function readTarget(rangeVar: TreeValue | undefined, { picture }: SaferContext): Target {
  const written = nameOfRangeVar(rangeVar) ?? { name: "" };
  const found = picture.find(written);
  // A stand-in for what only its name tells of is as good as nothing.
  const relation = found?.known === true ? found : undefined;
  return {
    sql: relation === undefined ? quoteQualified(written) : relationName(relation),
    schema: relation?.schema ?? picture.creationSchema(written.schema),
    bare: relation === undefined ? written.name : plainName(relation.bare),
    relation,
    only: isFields(rangeVar) && rangeVar.inh !== true,
  };
}

/** What is to be said of a table that neither the catalog holds nor a statement before made. */
export function notThere({ sql }: Target, { fields }: SaferContext): SaferDraft {
  return fields.missing_ok === true
    ? alreadySafe(`${sql} is not there, and IF EXISTS passes over it.`)
    : none(`${sql} is not in the catalog, and no statement before makes it: what is done to it is not known`);
}

/** The target of a relation of the picture. */
export function targetOf(relation: Relation): Target {
  return {
    sql: relationName(relation),
    schema: relation.schema,
    bare: plainName(relation.bare),
    relation,
    only: false,
  };
}

export { plainName };
