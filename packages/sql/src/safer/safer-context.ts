import type { Catalog, Effect, Statement } from "@confiture/model";
import { Picture } from "../effects/picture/picture.js";
import { pictureOfCatalog } from "../effects/picture/picture-of-catalog.js";
import { type Relation, relationName } from "../effects/picture/relation.js";
import { nameParts } from "../effects/picture/spelled-name.js";
import { newestKnownVersion, predictEffects } from "../effects/predict-effects.js";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import { type Grammar, openGrammar } from "../parse/parse-statement.js";
import { isFields, type TreeFields, type TreeValue } from "../parse/parse-tree.js";
import { relationName as nameOfRangeVar } from "../parse/read-names.js";
import { quoteQualified } from "../write/quote-identifier.js";
import { FreeNames } from "./names/free-names.js";
import { CutText } from "./text/cut-text.js";

export interface SaferSequenceOptions {
  /** What is there before the statement. Without it, what depends on it is assumed, or refused where it must be known. */
  readonly catalog?: Catalog;
  /** Major version of the server. Default: that of the catalog, else the newest known. */
  readonly serverVersion?: number;
  /** Schemas in which a name without one is looked for, in order. Default: `public`. */
  readonly searchPath?: readonly string[];
}

/** What the readers of the forms work on. */
export interface SaferContext {
  readonly statement: Statement;
  /** The fields of the statement's node. */
  readonly fields: TreeFields;
  readonly cut: CutText;
  readonly grammar: Grammar;
  readonly version: number;
  readonly catalog: Catalog | undefined;
  /** What is there before the statement. */
  readonly picture: Picture;
  readonly names: FreeNames;
  /** What each of these texts does, one after another. Undefined when one of them is no statement. */
  readonly predict: (texts: readonly string[]) => Promise<readonly Effect[] | undefined>;
}

export async function openSaferContext(
  statement: Statement,
  fields: TreeFields,
  options: SaferSequenceOptions,
): Promise<SaferContext> {
  const grammar = await openGrammar();
  const { catalog } = options;
  const version =
    options.serverVersion ?? (catalog === undefined ? newestKnownVersion : Math.floor(catalog.serverVersion / 10_000));
  const settings = { version, searchPath: options.searchPath ?? ["public"] };
  const picture =
    catalog === undefined ? new Picture(false, version, settings) : pictureOfCatalog(catalog, grammar, settings);
  return {
    statement,
    fields,
    cut: new CutText(statement.text),
    grammar,
    version,
    catalog,
    picture,
    names: new FreeNames(catalog),
    predict: (texts) => predictTexts(texts, { ...options, serverVersion: version }),
  };
}

async function predictTexts(
  texts: readonly string[],
  options: SaferSequenceOptions,
): Promise<readonly Effect[] | undefined> {
  const { statements } = await parseSqlFile(texts.join(";\n"), { file: "safer" });
  if (statements.length !== texts.length || statements.some(({ kind }) => kind === "unparsable")) return undefined;
  return (await predictEffects(statements, options)).map(({ effect }) => effect);
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
  const relation = picture.find(written);
  return {
    sql: relation === undefined ? quoteQualified(written) : relationName(relation),
    schema: relation?.schema ?? picture.creationSchema(written.schema),
    bare: relation === undefined ? written.name : plainName(relation.bare),
    relation,
    only: isFields(rangeVar) && rangeVar.inh !== true,
  };
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

/** The last part of a name as SQL spells it, without quotes. */
export function plainName(spelled: string): string {
  return nameParts(spelled).at(-1) ?? spelled;
}
