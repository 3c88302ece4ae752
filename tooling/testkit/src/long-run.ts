/** `pnpm test:long` sets it: what is tried at random is tried as often as it takes to believe it. */
export const longRun: boolean = process.env.CONFITURE_LONG === "1";
