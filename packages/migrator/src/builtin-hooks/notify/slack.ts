import { type Severity, shortened } from "./notification.js";
import { defineNotifyHook, httpUrl, jsonBody, sendingShape } from "./notify-hook.js";

const colors: Readonly<Record<Severity, string>> = {
  error: "#d1242f",
  warning: "#bf8700",
  info: "#57606a",
  success: "#1a7f37",
};

export const slack = defineNotifyHook({
  type: "slack",
  what: "Writes a message to Slack: through an incoming webhook, or as a bot into a channel.",
  receiver: "Slack",
  secrets: ["webhook_url", "token"],
  config: (z) =>
    z
      .strictObject({
        webhook_url: httpUrl(z).optional().describe("An incoming webhook."),
        token: z.string().min(1).optional().describe("A bot's token, with `channel`."),
        channel: z.string().min(1).optional().describe("Where a bot writes: an id, or `#name`."),
        endpoint: httpUrl(z).default("https://slack.com/api/chat.postMessage").describe("Where a bot's messages go."),
        ...sendingShape(z),
      })
      .refine(
        ({ webhook_url: url, token, channel }) =>
          url === undefined ? token !== undefined && channel !== undefined : token === undefined,
        {
          error: "must have either a `webhook_url`, or a `token` with a `channel`",
        },
      ),
  request({ webhook_url: url, token, channel, endpoint }, { summary, facts, severity, executionId }) {
    const fields = Object.entries(facts).map(([name, value]) => `*${name}* ${escaped(String(value))}`);
    const { body, contentType } = jsonBody({
      ...(channel === undefined || url !== undefined ? {} : { channel }),
      text: escaped(shortened(summary, 3_000)),
      attachments: [
        {
          color: colors[severity],
          blocks: [
            { type: "section", text: { type: "mrkdwn", text: shortened(`*${escaped(summary)}*`, 3_000) } },
            ...(fields.length === 0
              ? []
              : [{ type: "section", text: { type: "mrkdwn", text: shortened(fields.join("\n"), 3_000) } }]),
            { type: "context", elements: [{ type: "mrkdwn", text: `confiture ${executionId}` }] },
          ],
        },
      ],
    });
    return {
      url: url ?? endpoint,
      body,
      headers: { ...contentType, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    };
  },
  /** The Web API says 200 also when it refuses. */
  refusal(body, { token }) {
    if (token === undefined) return undefined;
    try {
      const { ok, error } = JSON.parse(body) as { readonly ok?: unknown; readonly error?: unknown };
      return ok === true ? undefined : `it says ${/^[a-z_]{1,60}$/.test(String(error)) ? String(error) : "no"}`;
    } catch {
      return "its answer is no JSON"; // the only thing JSON.parse throws for
    }
  },
});

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
