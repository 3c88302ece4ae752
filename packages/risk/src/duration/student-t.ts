/** 90 % quantiles of Student's t for 1 to 30 degrees of freedom, as any table of the distribution has them. */
const upperTenth = [
  3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341, 1.337, 1.333,
  1.33, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.31,
];

/** The value that Student's t exceeds with a probability of one tenth: half of an 80 % interval. */
export function tQuantile90(degreesOfFreedom: number): number {
  const listed = upperTenth[Math.max(1, Math.floor(degreesOfFreedom)) - 1];
  // The first terms of the expansion around the normal quantile: exact to 0.001 from 30 on.
  return listed ?? normalQuantile90 + (normalQuantile90 ** 3 + normalQuantile90) / (4 * degreesOfFreedom);
}

const normalQuantile90 = 1.2816;
