import { cutLastPart } from "../name-parts.js";

/** The part behind the schema: `public."a.b"` is `"a.b"`. */
export function unqualified(name: string): string {
  return cutLastPart(name)[1];
}
