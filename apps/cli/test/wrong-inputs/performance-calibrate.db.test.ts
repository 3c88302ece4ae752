import { testWrongInputs } from "./test-wrong-inputs.js";

testWrongInputs([
  {
    what: "a calibration of a size that is none",
    args: ["performance", "calibrate", "--max-bytes", "lots"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["lots", "500MB"],
  },
  {
    what: "a calibration where nothing can be written",
    args: ["performance", "calibrate"],
    spoilUrl: (url) => {
      url.searchParams.set("options", "-c default_transaction_read_only=on");
    },
    exit: 3,
    code: "CONFITURE_READ_ONLY",
    says: ["primary"],
  },
]);
