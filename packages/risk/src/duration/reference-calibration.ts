import type { Calibration } from "./calibration.js";

export const referenceCalibration = {} as Calibration;
