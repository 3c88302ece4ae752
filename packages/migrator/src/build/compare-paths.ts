/**
 * The order in which the files of one pattern are loaded, the same on every system and in every language: folder by
 * folder, names that begin with a number first and by that number (`03_functions` before `019_prep_seed`), then by
 * their characters' codes.
 */
export function comparePaths(left: string, right: string): number {
  const leftParts = left.split("/");
  const rightParts = right.split("/");
  for (let index = 0; index < Math.min(leftParts.length, rightParts.length); index += 1) {
    const difference = compareNames(leftParts[index] ?? "", rightParts[index] ?? "");
    if (difference !== 0) return difference;
  }
  return leftParts.length - rightParts.length;
}

function compareNames(left: string, right: string): number {
  const [leftNumber, leftRest] = splitNumber(left);
  const [rightNumber, rightRest] = splitNumber(right);
  if (leftNumber === undefined || rightNumber === undefined) {
    if (leftNumber === rightNumber) return compareText(left, right);
    return leftNumber === undefined ? 1 : -1;
  }
  // Without leading zeros, the longer number is the greater one, however many digits there are.
  return (
    leftNumber.length - rightNumber.length ||
    compareText(leftNumber, rightNumber) ||
    compareText(leftRest, rightRest) ||
    compareText(left, right)
  );
}

function splitNumber(name: string): readonly [number: string | undefined, rest: string] {
  const digits = /^\d+/.exec(name)?.[0];
  return digits === undefined ? [undefined, name] : [digits.replace(/^0+(?=\d)/, ""), name.slice(digits.length)];
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
