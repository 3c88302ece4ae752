/** Options over their defaults, the last layer on top. A key that holds undefined says nothing. */
export function layOver<Base extends object>(base: Base, ...layers: readonly (Partial<Base> | undefined)[]): Base {
  const merged: Base = { ...base };
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value !== undefined) merged[key as keyof Base] = value as Base[keyof Base];
    }
  }
  return merged;
}
