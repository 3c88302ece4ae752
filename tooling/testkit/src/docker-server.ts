import { execFile } from "node:child_process";
import type { ServerVersion } from "./test-versions.js";

export interface StartedContainer {
  readonly version: ServerVersion;
  readonly url: string;
  stop(): Promise<void>;
}

/** Asked of the command, which is quick: loading testcontainers only to learn that there is no engine is not. */
export function dockerAnswers(): Promise<boolean> {
  if (process.env.CONFITURE_TEST_DOCKER === "off") return Promise.resolve(false);
  return new Promise((resolve) => {
    const arguments_ = ["info", "--format", "{{.OSType}}"];
    execFile("docker", arguments_, { timeout: 5_000 }, (error, stdout) =>
      resolve(error === null && stdout.trim() === "linux"),
    );
  });
}

export async function startContainer(
  version: ServerVersion,
  settings: Readonly<Record<string, string | number>>,
): Promise<StartedContainer> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const parameters = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const password = "confiture";
  const container = await new GenericContainer(`postgres:${version}-alpine`)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand(["postgres", ...parameters])
    .withExposedPorts(5432)
    // The image starts the server twice: once to initialise, once for good.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return {
    version,
    url: `postgres://postgres:${password}@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
    stop: async () => {
      await container.stop();
    },
  };
}
