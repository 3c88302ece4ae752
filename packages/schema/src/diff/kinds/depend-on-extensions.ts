/**
 * From one list of extensions an object depends on to another: `alter function f() depends on extension citext`.
 * @param named the object, as ALTER calls it.
 */
export function dependOnExtensions(
  named: string,
  had: readonly string[] = [],
  has: readonly string[] = [],
): readonly string[] {
  return [
    ...had.filter((name) => !has.includes(name)).map((name) => `alter ${named} no depends on extension ${name}`),
    ...has.filter((name) => !had.includes(name)).map((name) => `alter ${named} depends on extension ${name}`),
  ];
}
