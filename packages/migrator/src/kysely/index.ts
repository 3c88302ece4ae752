export { kyselyOverSession } from "./session-dialect.js";
