/** One object as the observer saw it: what PostgreSQL calls it, and every fact about it as text. */
export interface ObservedObject {
  /** PostgreSQL's own word: `table`, `table column`, `table constraint`, `type`, …. */
  readonly kind: string;
  /** PostgreSQL's own spelling: `shop.orders.id`, `orders_pkey on shop.orders`. */
  readonly identity: string;
  /**
   * By the name of the catalog's column, or of what was asked about it (`definition`, `owner`, `acl`, `comment`). What
   * is null, or as the server has it by itself, is absent.
   */
  readonly facts: Readonly<Record<string, string>>;
}

/** The fact that holds the order of a relation's columns: it is told, and compared only when asked for. */
export const columnOrderFact = "column order";

/** The fact that holds who owns an object. */
export const ownerFact = "owner";

/** The fact that holds who may do what with an object; absent where everybody may do what they may by default. */
export const aclFact = "acl";
