/** Values under their key, in their order. */
export function groupBy<Value, Key>(
  values: Iterable<Value>,
  key: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) addToGroup(groups, key(value), value);
  return groups;
}

export function addToGroup<Value, Key>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
