import { ConfitureError } from "@confiture/model";

const versionShape = /^(\d+)(?:T(\d+))?$/;

/**
 * The number a version stands for: `001` and `1` are one version, `20261120T101500` is `20261120101500`.
 * Order is by this number, never by how a folder happens to sort.
 */
export function versionKey(version: string): bigint {
  const match = versionShape.exec(version);
  if (match === null) {
    throw new ConfitureError("CONFITURE_VERSION_UNKNOWN", `\`${version}\` is not a migration version.`, {
      hint: "A version is digits (`003`) or a timestamp (`20261120T101500`).",
    });
  }
  return BigInt(`${match[1]}${match[2] ?? ""}`);
}

export function compareVersions(left: string, right: string): number {
  const difference = versionKey(left) - versionKey(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function sameVersion(left: string, right: string): boolean {
  return versionKey(left) === versionKey(right);
}
