import { execFileSync } from "node:child_process";

/** Pages whose blocks are checked: every README and everything under docs/, as far as git knows or would add it. */
export function findPages(root: string): readonly string[] {
  const patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "packages/*/README.md",
    "apps/*/README.md",
    "docs/*.md",
    "examples/*.md",
  ];
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ...patterns];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: root, encoding: "utf8" }).split("\0");
  return listed.filter((path) => !deleted.includes(path)).sort();
}
