import type { PublishedManifest } from "./pack-package.js";

const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/(.+\/)?[^/]+\.(js|d\.ts)$/,
  // What a program reads beside its code: templates, schemas of documents, an example project.
  /^dist\/(.+\/)?[^/]+\.(json|sql|ya?ml|md)$/,
];
const alwaysThere = ["package.json", "README.md", "LICENSE"];

/** Holds the list of files in a tarball against what a published package consists of. One sentence for each finding. */
export function checkContents(files: readonly string[], manifest: PublishedManifest): readonly string[] {
  const strangers = files.filter((file) => !allowed.some((shape) => shape.test(file)) || isTest(file));
  const missing = [...alwaysThere, ...targetsOf(manifest)].filter((file) => !files.includes(file));
  return [
    ...strangers.map((file) => `${file} does not belong in the tarball`),
    ...missing.map((file) => `${file} is missing from the tarball`),
    ...checkManifest(manifest),
  ];
}

function isTest(file: string): boolean {
  return /(^|\/)(tests?|fixtures)\/|\.(db\.)?test\./.test(file);
}

function targetsOf(manifest: PublishedManifest): readonly string[] {
  const targets = [
    ...Object.values(manifest.exports).flatMap((entry) => Object.values(entry)),
    ...Object.values(manifest.bin ?? {}),
  ];
  return targets.map((path) => path.replace(/^\.\//, ""));
}

function checkManifest(manifest: PublishedManifest): readonly string[] {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  return [
    ...Object.entries(manifest.exports)
      .filter(([, entry]) => "@confiture/source" in entry)
      .map(([path]) => `exports ${path} with the condition of our own workspace, @confiture/source`),
    ...ranges
      .filter(([, range]) => /^(workspace|link|file):/.test(range))
      .map(([name, range]) => `names ${name} as ${range}`),
    ...(manifest.engines?.node === ">=20.19" ? [] : ["does not say engines.node >=20.19"]),
  ];
}
