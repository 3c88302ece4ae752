import type { Grammar } from "../../parse/parse-statement.js";
import type { Picture } from "./picture.js";
import { hasQuery, queryOf } from "./query-of.js";
import type { Relation } from "./relation.js";
import { parseExpression, parseQuery, type Uses, usesOf } from "./uses.js";

export interface Search {
  readonly isUsed: (uses: Uses) => boolean;
  /** Stands in every text that uses it: the others are not read. */
  readonly word?: string | undefined;
}

/** A view, or a rule or policy on a relation, whose text uses what was looked for. */
export interface User {
  readonly relation: Relation;
  readonly part?: { readonly name: string; readonly among: Map<string, unknown> };
  readonly uses: Uses;
}

/** The queries and expressions that are stored in a database, and what they mention. */
export class StoredTexts {
  constructor(
    private readonly picture: Picture,
    private readonly grammar: Grammar,
  ) {}

  /** Views, rules and policies anywhere. */
  users(search: Search): readonly User[] {
    return [...this.picture.relations.values()].flatMap((relation) => [
      ...this.viewIf(relation, search),
      ...this.partsIf(relation, relation.rules, "", search),
      ...this.partsIf(relation, relation.policies, "select ", search),
    ]);
  }

  mentions(text: string, search: Search): boolean {
    return this.usesIf(text, search) !== undefined;
  }

  usesOfExpression(text: string): Uses {
    return usesOf(parseExpression(text, this.grammar), this.picture);
  }

  private viewIf(relation: Relation, { isUsed, word }: Search): readonly User[] {
    if (!hasQuery(relation)) return [];
    if (word !== undefined && relation.definition?.includes(word) === false) return [];
    const uses = usesOf(queryOf(relation, this.grammar), this.picture);
    return isUsed(uses) ? [{ relation, uses }] : [];
  }

  private partsIf(
    relation: Relation,
    among: Map<string, { readonly name: string; readonly text?: string | undefined }>,
    prefix: string,
    search: Search,
  ): readonly User[] {
    return [...among.values()].flatMap(({ name, text }) => {
      const uses = text === undefined ? undefined : this.usesIf(`${prefix}${text}`, search);
      return uses === undefined ? [] : [{ relation, part: { name, among }, uses }];
    });
  }

  private usesIf(text: string, { isUsed, word }: Search): Uses | undefined {
    if (word !== undefined && !text.includes(word)) return undefined;
    const uses = usesOf(parseQuery(text, this.grammar), this.picture);
    return isUsed(uses) ? uses : undefined;
  }
}
