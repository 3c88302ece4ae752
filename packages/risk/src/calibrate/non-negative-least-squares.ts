/**
 * The coefficients x ≥ 0 that make |A·x − b| least (Lawson and Hanson, "Solving Least Squares Problems", 1974, ch. 23).
 * A price is never negative: an unconstrained fit on related columns would make some so, and extrapolate nonsense.
 */
export function nonNegativeLeastSquares(a: readonly (readonly number[])[], b: readonly number[]): readonly number[] {
  const columns = a[0]?.length ?? 0;
  const scales = Array.from({ length: columns }, (_, column) => Math.hypot(...a.map((row) => row[column]!)) || 1);
  const scaled = a.map((row) => row.map((value, column) => value / scales[column]!));
  const free = new Set<number>();
  let x = new Array<number>(columns).fill(0);
  // Each round frees one column; three times their number is the customary bound.
  for (let round = 0; round < 3 * columns; round += 1) {
    const entering = steepest(scaled, b, x, free);
    if (entering === undefined) break;
    free.add(entering);
    x = settle(scaled, b, x, free);
  }
  return x.map((value, column) => value / scales[column]!);
}

function steepest(
  a: readonly (readonly number[])[],
  b: readonly number[],
  x: readonly number[],
  free: ReadonlySet<number>,
): number | undefined {
  const left = a.map((row, index) => b[index]! - dot(row, x));
  let best: number | undefined;
  let bestGradient = 1e-9 * (Math.hypot(...b) || 1);
  for (let column = 0; column < x.length; column += 1) {
    if (free.has(column)) continue;
    const gradient = a.reduce((sum, row, index) => sum + row[column]! * left[index]!, 0);
    if (gradient > bestGradient) [best, bestGradient] = [column, gradient];
  }
  return best;
}

/** Solves for the free columns; those that would turn negative stop at zero and are bound again. */
function settle(
  a: readonly (readonly number[])[],
  b: readonly number[],
  start: readonly number[],
  free: Set<number>,
): number[] {
  let x = [...start];
  for (;;) {
    const columns = [...free];
    const solved = solveNormalEquations(a, b, columns);
    const wanted = new Array<number>(x.length).fill(0);
    for (const [index, column] of columns.entries()) wanted[column] = solved[index]!;
    const negative = columns.filter((column) => wanted[column]! <= 0);
    if (negative.length === 0) return wanted;
    const step = Math.min(...negative.map((column) => x[column]! / (x[column]! - wanted[column]! || 1)));
    x = x.map((value, column) => value + step * (wanted[column]! - value));
    for (const column of negative) if (x[column]! <= 1e-12) free.delete(column);
    for (const column of columns) if (!free.has(column)) x[column] = 0;
    if (free.size === 0) return x;
  }
}

function solveNormalEquations(
  a: readonly (readonly number[])[],
  b: readonly number[],
  columns: readonly number[],
): readonly number[] {
  const matrix = columns.map((left, index) => [
    // The ridge keeps columns that say the same from making the matrix singular.
    ...columns.map((right, other) => sumOf(a, (row) => row[left]! * row[right]!) + (index === other ? 1e-10 : 0)),
    a.reduce((sum, row, index) => sum + row[left]! * b[index]!, 0),
  ]);
  return eliminate(matrix);
}

function eliminate(matrix: number[][]): readonly number[] {
  const size = matrix.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row += 1) {
      if (Math.abs(matrix[row]![pivot]!) > Math.abs(matrix[best]![pivot]!)) best = row;
    }
    [matrix[pivot], matrix[best]] = [matrix[best]!, matrix[pivot]!];
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue;
      const factor = matrix[row]![pivot]! / matrix[pivot]![pivot]!;
      for (let column = pivot; column <= size; column += 1) matrix[row]![column]! -= factor * matrix[pivot]![column]!;
    }
  }
  return matrix.map((row, index) => row[size]! / row[index]!);
}

const dot = (left: readonly number[], right: readonly number[]) =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);
const sumOf = (rows: readonly (readonly number[])[], of: (row: readonly number[]) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0);
