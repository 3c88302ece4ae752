export type { CalibrateOptions } from "./calibrate.js";
export { calibrate } from "./calibrate.js";
