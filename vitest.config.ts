import { defineConfig } from "vitest/config";

// Tests import packages by name and get their sources, so that a change is tested without a build.
// "import" and "default" are left to the resolver: named here, they would reach `require` inside dependencies too.
const conditions = ["@confiture/source", "node"];
const sourceFirst = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The environment that runs globalSetup files.
  environments: { __vitest__: { resolve: { conditions } } },
};
const where = (suffix: string) => [
  `packages/*/test/**/*${suffix}`,
  `apps/*/test/**/*${suffix}`,
  `tooling/**/*${suffix}`,
];

export default defineConfig({
  test: {
    projects: [
      {
        ...sourceFirst,
        test: {
          name: "unit",
          include: where(".test.ts"),
          exclude: ["**/*.db.test.ts", "**/node_modules/**", "**/fixtures/**"],
          testTimeout: 30_000,
          // Projects with another number of workers run one after another: the pure tests first.
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...sourceFirst,
        test: {
          name: "db",
          include: where(".db.test.ts"),
          exclude: ["**/node_modules/**", "**/fixtures/**"],
          globalSetup: ["@confiture/testkit/global-setup"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
