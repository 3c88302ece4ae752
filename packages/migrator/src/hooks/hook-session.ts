import type { Session } from "@confiture/model";

export interface HookSession {
  /** The session as the hook has it, for as long as it may use it. */
  readonly session: Session;
  /** Whether a query of the hook is on its way. */
  readonly isBusy: boolean;
  /** From now on every query is refused: it would run in the middle of what others do on this connection. */
  close(): void;
}

/** A session that is lent to a hook, and taken back. */
export function hookSession(session: Session): HookSession {
  let open = true;
  let busy = 0;
  const lend = async <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (!open) throw new Error("the hook has ended or was told to, and the connection is no longer its");
    busy += 1;
    try {
      return await send();
    } finally {
      busy -= 1;
    }
  };
  const { copyIn } = session;
  return {
    session: {
      ...session,
      query: (text, values) => lend(() => session.query(text, values)),
      ...(copyIn === undefined
        ? {}
        : { copyIn: (text: string, data: string | Uint8Array) => lend(() => copyIn(text, data)) }),
    },
    get isBusy() {
      return busy > 0;
    },
    close: () => {
      open = false;
    },
  };
}
