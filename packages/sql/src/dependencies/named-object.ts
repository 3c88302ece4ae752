export type ObjectKind = "schema" | "extension" | "role" | "relation" | "type" | "routine";

/** An object of a database by kind and name. Without a schema, the search path decides. */
export interface NamedObject {
  readonly kind: ObjectKind;
  readonly schema?: string;
  readonly name: string;
}

/** Something a statement creates. A table or view is a relation and a type of the same name. */
export type DefinedObject = NamedObject;

/** A name that must be there when the statement runs. */
export type UsedName = NamedObject;

/** The same text for the same object, different texts for different ones. */
export function objectKey(object: NamedObject): string {
  return JSON.stringify([object.kind, object.schema ?? null, object.name]);
}
