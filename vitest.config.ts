import { defineConfig } from "vitest/config";

// Tests import packages by name and get their sources, so that a change is tested without a build.
const sourceFirst = {
  resolve: { conditions: ["@confiture/source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["@confiture/source", "node", "import", "default"] } },
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
        },
      },
    ],
  },
});
