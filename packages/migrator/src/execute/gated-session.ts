import type { Session } from "@confiture/model";

export interface Gate {
  /** The session, for as long as the gate is open. */
  readonly session: Session;
  /** From now on every query is refused: behind a rollback, or behind the record, it would run for good. */
  close(): void;
}

/** A session that can be closed to those who hold it, while its owner goes on using it. */
export function gatedSession(session: Session): Gate {
  let open = true;
  const refuse = (): void => {
    if (!open) throw new Error("what this session was for has ended");
  };
  const { copyIn } = session;
  return {
    session: {
      ...session,
      query: async (text, values) => {
        refuse();
        return session.query(text, values);
      },
      ...(copyIn === undefined
        ? {}
        : {
            copyIn: async (text: string, data: string | Uint8Array) => {
              refuse();
              return copyIn(text, data);
            },
          }),
    },
    close: () => {
      open = false;
    },
  };
}
