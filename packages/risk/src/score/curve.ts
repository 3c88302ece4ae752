/** A point that a curve goes through: at this measurement, this value. */
export interface Anchor {
  readonly at: number;
  readonly value: number;
}

/** A monotone curve from measurements to values from 0 to 1, by its anchors. */
export interface Curve {
  readonly interpolation: "linear" | "logarithmic";
  /** In ascending order. Flat before the first and behind the last. */
  readonly anchors: readonly Anchor[];
}

/**
 * The value of a measurement: exact at every anchor, interpolated in between. A logarithmic segment that begins at 0 is
 * linear, for 0 has no logarithm.
 */
export function valueOnCurve(curve: Curve, measured: number): number {
  const { anchors } = curve;
  const next = anchors.findIndex(({ at }) => at >= measured);
  if (next === -1) return anchors.at(-1)!.value;
  const to = anchors[next]!;
  if (next === 0 || to.at === measured) return to.value;
  const from = anchors[next - 1]!;
  const logarithmic = curve.interpolation === "logarithmic" && from.at > 0;
  const share = logarithmic
    ? Math.log(measured / from.at) / Math.log(to.at / from.at)
    : (measured - from.at) / (to.at - from.at);
  return from.value + (to.value - from.value) * share;
}
