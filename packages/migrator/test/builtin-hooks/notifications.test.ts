import { createHmac } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { expect, test } from "vitest";
import { type BuiltinHookOptions, createBuiltinHook } from "../../src/builtin-hooks/index.js";
import { retryAfterMs } from "../../src/builtin-hooks/notify/send-request.js";
import { createMigrationHooks, type MigratorEvents } from "../../src/hooks/migration-hooks.js";
import { phaseData } from "./fire-hook.js";
import { Receiver } from "./receiver.js";

const failure = { ...phaseData, error: { code: "CONFITURE_STATEMENT_FAILED", message: 'relation "a<b" is not there' } };
const alert = { measured: 61_000, threshold: 60_000, unit: "ms", version: "003", pid: 7, application: "shop" };

async function notify(
  asked: Omit<BuiltinHookOptions, "on"> & Partial<Pick<BuiltinHookOptions, "on">>,
  data: object = phaseData,
) {
  const hooks = createMigrationHooks();
  const hook = await createBuiltinHook({ on: "on_success", ...asked });
  hooks.register(hook);
  const outcome = await hooks.trigger(hook.on, data as MigratorEvents["on_success"], {
    executionId: "run-7",
    metadata: { environment: "production", session: undefined, database: undefined, report: () => undefined },
  });
  return { phase: outcome.status, ...outcome.hooks[0]! } as {
    phase: string;
    status: string;
    value?: unknown;
    error?: Error;
  };
}

test("a webhook gets the event as JSON, signed as Standard Webhooks has it", async () => {
  await using receiver = await Receiver.open();
  const secret = `whsec_${Buffer.from("a key of twenty-four bytes").toString("base64")}`;
  const sent = await notify(
    {
      type: "webhook",
      on: "on_error",
      config: { url: `${receiver.url}/hook?x=1`, secret, headers: { authorization: "Bearer t", "X-Team": "db" } },
    },
    failure,
  );
  expect(sent).toMatchObject({ status: "completed", value: { status: 200, attempts: 1 } });
  const [{ url, method, headers, body } = expect.fail("nothing came")] = receiver.received;
  expect([url, method]).toEqual(["/hook?x=1", "POST"]);
  expect(headers).toMatchObject({
    authorization: "Bearer t",
    "x-team": "db",
    "content-type": "application/json",
    "user-agent": "confiture",
  });
  const id = headers["webhook-id"] as string;
  const timestamp = headers["webhook-timestamp"] as string;
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
  const expected = createHmac("sha256", "a key of twenty-four bytes")
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  expect(receiver.json()).toEqual({
    event: "on_error",
    executionId: "run-7",
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    severity: "error",
    subject: "confiture/production",
    summary: 'on error of migration 003_add_orders on production: relation "a<b" is not there',
    facts: {
      environment: "production",
      version: "003",
      name: "add_orders",
      direction: "up",
      mode: "real",
      stepsCompleted: 2,
      totalSteps: 2,
      rowsAffected: 7,
      elapsedMs: 12,
      errorCode: "CONFITURE_STATEMENT_FAILED",
      error: 'relation "a<b" is not there',
    },
  });
});

test("Slack gets a message through an incoming webhook, or through a bot, whose refusal is noticed", async () => {
  await using receiver = await Receiver.open();
  await notify({ type: "slack", on: "on_error", config: { webhook_url: `${receiver.url}/services/T/B/x` } }, failure);
  expect(receiver.json()).toMatchObject({
    text: 'on error of migration 003_add_orders on production: relation "a&lt;b" is not there',
    attachments: [
      {
        color: "#d1242f",
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: expect.stringMatching(/^\*on error/) } },
          {
            type: "section",
            text: { type: "mrkdwn", text: expect.stringContaining("*environment* production\n*version* 003") },
          },
          { type: "context", elements: [{ type: "mrkdwn", text: "confiture run-7" }] },
        ],
      },
    ],
  });
  await using api = await Receiver.open({ body: '{"ok":false,"error":"channel_not_found"}' });
  const refused = await notify({
    type: "slack",
    config: { token: "xoxb-1", channel: "#db", endpoint: `${api.url}/api/chat.postMessage` },
  });
  expect(api.received[0]?.headers.authorization).toBe("Bearer xoxb-1");
  expect(api.json()).toMatchObject({ channel: "#db" });
  expect(refused).toMatchObject({
    phase: "completed",
    status: "failed",
    error: {
      code: "CONFITURE_NOTIFICATION",
      message: "Slack did not take the notification: it says channel_not_found.",
    },
  });
  await expect(createBuiltinHook({ type: "slack", on: "on_error", config: { token: "x" } })).rejects.toThrow(
    "either a `webhook_url`",
  );
});

test("PagerDuty is triggered by failures and alerts, resolved when a run ends well, and told of the rest as changes", async () => {
  await using receiver = await Receiver.open({ status: 202, body: '{"status":"success"}' });
  const config = { routing_key: "R".repeat(32), endpoint: receiver.url, source: "db-1" };
  await notify({ type: "pagerduty", on: "on_error", config }, failure);
  await notify({ type: "pagerduty", on: "long_transaction_detected", config }, alert);
  await notify(
    { type: "pagerduty", on: "migration_completed", config },
    { direction: "up", mode: "real", versions: ["003"], completed: ["003"], elapsedMs: 9 },
  );
  await notify({ type: "pagerduty", on: "before_ddl", config });
  expect(receiver.received.map(({ url }) => url)).toEqual([
    "/v2/enqueue",
    "/v2/enqueue",
    "/v2/enqueue",
    "/v2/change/enqueue",
  ]);
  expect(receiver.json(0)).toEqual({
    routing_key: "R".repeat(32),
    event_action: "trigger",
    dedup_key: "confiture/production",
    client: "confiture",
    payload: {
      summary: expect.stringContaining("on error of migration 003_add_orders"),
      source: "db-1",
      severity: "critical",
      timestamp: expect.any(String),
      component: "database",
      class: "on_error",
      custom_details: expect.objectContaining({ event: "on_error", execution_id: "run-7", version: "003" }),
    },
  });
  expect(receiver.json(1)).toMatchObject({
    event_action: "trigger",
    payload: { severity: "warning", summary: expect.stringContaining("61000 ms, at most 60000") },
  });
  expect(receiver.json(2)).toMatchObject({ event_action: "resolve", dedup_key: "confiture/production" });
  const change = receiver.json<{ payload: object }>(3);
  expect(Object.keys(change).sort()).toEqual(["payload", "routing_key"]);
  expect(Object.keys(change.payload).sort()).toEqual(["custom_details", "source", "summary", "timestamp"]);
});

test("Datadog gets an event of v1, or of v2 as an alert or a change", async () => {
  await using receiver = await Receiver.open({ status: 202 });
  const config = { api_key: "key-1", endpoint: receiver.url, tags: ["team:db"] };
  await notify({ type: "datadog", config });
  await notify({ type: "datadog", on: "on_error", config: { ...config, api: "v2" } }, failure);
  await notify({ type: "datadog", config: { ...config, api: "v2" } });
  expect(receiver.received.map(({ url, headers }) => [url, headers["dd-api-key"]])).toEqual([
    ["/api/v1/events", "key-1"],
    ["/api/v2/events", "key-1"],
    ["/api/v2/events", "key-1"],
  ]);
  expect(receiver.json(0)).toEqual({
    title: "on success of migration 003_add_orders on production",
    text: expect.stringContaining("rowsAffected: 7"),
    alert_type: "success",
    priority: "normal",
    aggregation_key: "confiture/production",
    date_happened: expect.any(Number),
    source_type_name: "confiture",
    tags: ["team:db", "event:on_success", "env:production", "migration:003"],
  });
  expect(receiver.json(1)).toMatchObject({
    data: {
      type: "event",
      attributes: {
        category: "alert",
        integration_id: "custom-events",
        attributes: { status: "error", priority: "3", custom: { version: "003" } },
      },
    },
  });
  expect(receiver.json(2)).toMatchObject({
    data: {
      attributes: {
        category: "change",
        attributes: {
          changed_resource: { type: "configuration", name: "confiture/production" },
          author: { type: "automation", name: "confiture" },
        },
      },
    },
  });
});

test("AWS gets a metric or an event, signed with the credentials of the environment", async () => {
  await using receiver = await Receiver.open();
  const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "aws-secret-1", AWS_SESSION_TOKEN: "token-1" };
  const config = { region: "eu-west-1", endpoint: `${receiver.url}/` };
  expect(await notify({ type: "cloudwatch", config, env })).toMatchObject({ status: "completed" });
  const [metric = expect.fail("nothing came")] = receiver.received;
  expect(metric.headers).toMatchObject({
    "x-amz-security-token": "token-1",
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
  });
  const signed = await new AwsV4Signer({
    method: "POST",
    url: `${receiver.url}/`,
    headers: { "content-type": metric.headers["content-type"]! },
    body: metric.body,
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "aws-secret-1",
    sessionToken: "token-1",
    service: "monitoring",
    region: "eu-west-1",
    allHeaders: true,
    datetime: metric.headers["x-amz-date"] as string,
  }).sign();
  expect(metric.headers.authorization).toBe(signed.headers.get("authorization"));
  expect(Object.fromEntries(new URLSearchParams(metric.body))).toMatchObject({
    Action: "PutMetricData",
    Version: "2010-08-01",
    Namespace: "Confiture",
    "MetricData.member.1.MetricName": "Events",
    "MetricData.member.1.Value": "1",
    "MetricData.member.1.Unit": "Count",
    "MetricData.member.1.Dimensions.member.1.Name": "Event",
    "MetricData.member.1.Dimensions.member.1.Value": "on_success",
    "MetricData.member.2.MetricName": "Duration",
    "MetricData.member.2.Value": "12",
    "MetricData.member.2.Dimensions.member.2.Value": "production",
  });
  await using events = await Receiver.open(
    { body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}' },
    { body: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}' },
  );
  const event = { ...config, endpoint: `${events.url}/`, deliver: "event", event_bus: "ops" };
  expect(await notify({ type: "cloudwatch", config: event, env })).toMatchObject({ status: "completed" });
  expect(events.received[0]?.headers["x-amz-target"]).toBe("AWSEvents.PutEvents");
  const { Entries } = events.json<{ Entries: { Detail: string }[] }>();
  expect(Entries[0]).toMatchObject({
    Source: "confiture",
    DetailType: "on_success",
    EventBusName: "ops",
    Time: expect.any(Number),
  });
  expect(JSON.parse(Entries[0]!.Detail)).toMatchObject({ facts: { version: "003" } });
  expect(await notify({ type: "cloudwatch", config: event, env })).toMatchObject({
    error: { message: expect.stringContaining("it says ThrottlingException") },
  });
  expect(await notify({ type: "cloudwatch", config, env: {} })).toMatchObject({
    status: "failed",
    error: { code: "CONFITURE_NOTIFICATION", message: expect.stringContaining("no AWS credentials") },
  });
});

test("what a service is too busy for is sent again, after the pause it asks for", async () => {
  await using receiver = await Receiver.open(
    { status: 429, headers: { "retry-after": "1" } },
    { status: 503 },
    { status: 200 },
  );
  const started = performance.now();
  expect(await notify({ type: "webhook", config: { url: receiver.url } })).toMatchObject({
    status: "completed",
    value: { attempts: 3 },
  });
  expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
  expect(retryAfterMs("2.5")).toBe(2_500);
  expect(retryAfterMs("Wed, 21 Oct 2026 07:28:00 GMT", Date.parse("2026-10-21T07:27:30Z"))).toBe(30_000);
  expect(retryAfterMs("soon")).toBeUndefined();
});

test("what a service refuses is not sent again, and fails no migration", async () => {
  await using receiver = await Receiver.open({ status: 403, body: "key-1 is no key" });
  const sent = await notify({ type: "datadog", config: { api_key: "key-1", endpoint: receiver.url } });
  expect(sent).toMatchObject({
    phase: "completed",
    status: "failed",
    error: { message: "Datadog did not take the notification: status 403." },
  });
  expect(receiver.received).toHaveLength(1);
  const strict = await notify({
    type: "datadog",
    config: { api_key: "key-1", endpoint: receiver.url },
    retry: { maxAttempts: 1, onExhausted: "fail_fast" },
  });
  expect(strict.phase).toBe("failed");
});

test("a service that does not answer is given up, a redirect is not followed, and no error tells a secret", async () => {
  await using silent = await Receiver.open({ silent: true });
  const secretUrl = `${silent.url}/services/s3cret-path`;
  const late = await notify({ type: "slack", config: { webhook_url: secretUrl, timeout: "100ms", max_attempts: 2 } });
  expect(late.error?.message).toBe("Slack did not take the notification: no answer within 100 ms (2 attempts).");
  expect(silent.received).toHaveLength(2);
  await using moved = await Receiver.open({ status: 302, headers: { location: `${silent.url}/elsewhere` } });
  expect(await notify({ type: "webhook", config: { url: moved.url } })).toMatchObject({
    error: { message: expect.stringContaining("status 302") },
  });
  expect(silent.received).toHaveLength(2);
  const away = await notify({
    type: "slack",
    config: { webhook_url: "http://127.0.0.1:1/services/s3cret-path", max_attempts: 1 },
  });
  expect(away.error?.message).toBe("Slack did not take the notification: the connection failed.");
  for (const { error } of [late, away]) expect(JSON.stringify(error)).not.toContain("s3cret");
});
