export type { TestClock } from "./create-test-clock.js";
export { createTestClock } from "./create-test-clock.js";
