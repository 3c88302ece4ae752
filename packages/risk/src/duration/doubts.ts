/** What is to be said of the works of an operation, while they are found out. */
export interface Doubts {
  readonly caveats: string[];
  /** What takes time that nobody can tell. */
  readonly unpriced: string[];
}
