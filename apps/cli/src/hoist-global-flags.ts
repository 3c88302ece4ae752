const withValue = new Set(["--env", "--config", "--format"]);
const alone = new Set(["--quiet", "--verbose", "--no-color", "--color"]);

/** `confiture --env production migrate up` is `confiture migrate up --env production`: global flags may stand in front. */
export function hoistGlobalFlags(inputs: readonly string[]): readonly string[] {
  let at = 0;
  while (at < inputs.length) {
    const input = inputs[at] ?? "";
    if (alone.has(input) || [...withValue].some((flag) => input.startsWith(`${flag}=`))) at += 1;
    else if (withValue.has(input)) at += 2;
    else break;
  }
  return [...inputs.slice(at), ...inputs.slice(0, at)];
}
