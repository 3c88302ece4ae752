/**
 * What every entry of a catalog has. Names are spelled as SQL would spell them (qualified, quoted where needed), so
 * they can be compared, printed and put into a statement as they are. There are no oids.
 *
 * An absent optional field means "as PostgreSQL has it when nothing is said".
 */
export interface CatalogObject {
  /** Unique among the entries of its kind: `public.orders`, `public.orders.id`, `orders_pkey on public.orders`. */
  readonly name: string;
}

/** An object with an owner. */
export interface OwnedObject extends CatalogObject {
  readonly owner: string;
}

/** An owned object that lives in a schema. */
export interface SchemaObject extends OwnedObject {
  readonly schema: string;
}

/** Options of foreign objects, without those that may hold a secret; the names of these stand in `maskedOptions`. */
export interface ForeignOptions {
  readonly options: readonly string[];
  /** Options left out because their name or value looks like a secret. Their values are never read into a catalog. */
  readonly maskedOptions: readonly string[];
}
