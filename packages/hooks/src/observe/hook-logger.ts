/** Where the engine says what happens, as a sentence and its facts. `console` fits, and so do most loggers behind a line of code. */
export interface HookLogger {
  debug(message: string, facts: Readonly<Record<string, unknown>>): void;
  info(message: string, facts: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  error(message: string, facts: Readonly<Record<string, unknown>>): void;
}
