import type { Queryable } from "@confiture/model";

/** Settings of the session while it measures; what they were before is put back by the function returned. */
export async function useOwnSettings(
  session: Queryable,
  settings: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const names = Object.keys(settings);
  const { rows } = await session.query<{ name: string; value: string }>(
    "select name, current_setting(name) as value from unnest($1::text[]) name",
    [names],
  );
  await set(session, Object.entries(settings));
  return () =>
    set(
      session,
      rows.map(({ name, value }) => [name, value]),
    );
}

async function set(session: Queryable, settings: readonly (readonly [string, string])[]): Promise<void> {
  for (const [name, value] of settings) await session.query("select set_config($1, $2, false)", [name, value]);
}
