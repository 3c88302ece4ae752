interface HookErrorRow {
  readonly meaning: string;
  readonly remedy: string;
}

/** Every error of this package. Codes are stable; the page of the reference is generated from this table. */
export const hookErrorCodes = {
  CONFITURE_HOOK_OPTION: {
    meaning: "An option is not known, or has a value that it cannot have.",
    remedy: "Correct the option that is named; a number of milliseconds lies between 1 and 2147483647.",
  },
  CONFITURE_HOOK_INVALID: {
    meaning: "A hook does not have the shape of one.",
    remedy: "Give it `id`, `on` and `run`, and correct the field that is named.",
  },
  CONFITURE_HOOK_COMBINATION: {
    meaning: "Two options exclude each other, or one asks for another that is not there.",
    remedy: "The hint tells which of the two to change.",
  },
  CONFITURE_HOOK_EVENT_UNKNOWN: {
    meaning: "The event is not one of the vocabulary given to `createHooks`.",
    remedy: "Use a name of the vocabulary.",
  },
  CONFITURE_HOOK_DUPLICATE: {
    meaning: "A hook of that id is registered already.",
    remedy: "Choose another id, or undo the first registration.",
  },
  CONFITURE_HOOK_UNKNOWN: {
    meaning: "No hook of that id is registered.",
    remedy: "`list()` tells which are.",
  },
  CONFITURE_HOOK_DEPENDENCY_UNKNOWN: {
    meaning: "A hook depends on one that is not registered for its event.",
    remedy: "Register the other one before it, or both with one call of `register`.",
  },
  CONFITURE_HOOK_DEPENDENCY_CYCLE: {
    meaning: "Hooks depend on each other in a circle.",
    remedy: "Take one `dependsOn` of the circle away.",
  },
  CONFITURE_HOOK_NEEDED: {
    meaning: "A hook cannot go while another one depends on it.",
    remedy: "Take the other one away first.",
  },
  CONFITURE_HOOK_DATA: {
    meaning: "An event's data holds something that is not plain: a function, an instance of a class, a circle.",
    remedy: "Hand in objects, arrays, strings, numbers, booleans, bigints and null; the rest goes into `metadata`.",
  },
  CONFITURE_HOOK_UPDATE_REFUSED: {
    meaning: "A hook called `update` where the event's data cannot be changed, or not in this way.",
    remedy: "Set the event's `mutation`, or return the value instead of writing it into the data.",
  },
  CONFITURE_HOOK_ENDED: {
    meaning: "A hook used its context after it had ended.",
    remedy: "Await what the hook starts before it returns.",
  },
  CONFITURE_HOOK_LOOP: {
    meaning: "A hook triggers an event that would run the same hook again.",
    remedy: "Break the chain that the message prints.",
  },
  CONFITURE_HOOK_DEPTH: {
    meaning: "Events trigger events more deeply than `maxDepth` allows.",
    remedy: "Break the chain that the message prints, or raise `maxDepth`.",
  },
  CONFITURE_HOOK_AROUND: {
    meaning: "`around` ran an attempt twice, or not at all.",
    remedy: "Call `run` once; retries are the engine's.",
  },
  CONFITURE_HOOK_TIMEOUT: {
    meaning: "An attempt, a hook or a whole phase took longer than it may.",
    remedy: "Heed `context.signal`, or give it more time.",
  },
  CONFITURE_HOOK_CANCELLED: {
    meaning: "A hook was told to stop because another one failed, or because what triggered it has ended.",
    remedy: "Look at the hook that is named.",
  },
  CONFITURE_HOOK_CIRCUIT_OPEN: {
    meaning: "A hook was not run, because it has failed too often in a row.",
    remedy: "Mend what it fails of; it is tried again when `recoveryTimeoutMs` has passed.",
  },
  CONFITURE_HOOK_CLOCK: {
    meaning: "A test waits for something that no timer of its clock will bring about.",
    remedy: "Settle what the hooks wait for, or give them a time limit.",
  },
} as const satisfies Readonly<Record<`CONFITURE_HOOK_${string}`, HookErrorRow>>;
