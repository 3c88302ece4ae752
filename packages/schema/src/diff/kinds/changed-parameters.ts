/** From one list of storage parameters to another, as RESET and SET take them: of a relation, or of one column of it. */
export function changedParameters(before: readonly string[], after: readonly string[]): readonly string[] {
  const name = (option: string) => option.slice(0, option.indexOf("="));
  const reset = before.map(name).filter((was) => !after.some((option) => name(option) === was));
  const set = after.filter((option) => !before.includes(option));
  return [
    ...(reset.length === 0 ? [] : [`reset (${reset.join(", ")})`]),
    ...(set.length === 0 ? [] : [`set (${set.map(parameter).join(", ")})`]),
  ];
}

/** A value that is no word or number needs quotes. */
export function parameter(option: string): string {
  const equals = option.indexOf("=");
  const value = option.slice(equals + 1);
  return /^[-+.\w]+$/.test(value) ? option : `${option.slice(0, equals)}='${value.replaceAll("'", "''")}'`;
}
