import { createHooks } from "@confiture/hooks";
import { traceHooks } from "@confiture/hooks/otel";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let stop: () => void = () => undefined;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});
afterEach(() => {
  stop();
  exporter.reset();
});
afterAll(() => {
  context.disable();
  trace.disable();
});

/** Each span as its name behind those of its parents. */
function paths(): readonly string[] {
  const spans = exporter.getFinishedSpans();
  const pathOf = (span: ReadableSpan): string => {
    const parent = spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`;
  };
  return spans.map(pathOf).sort();
}

const spanNamed = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

test("phases and attempts are spans below whatever triggered them, and active while the hook runs", async () => {
  stop = traceHooks();
  const tracer = trace.getTracer("application");
  const hooks = createHooks<{ placed: null; packed: null }>({ events: { placed: { strategy: "parallel" } } });
  const query = async (name: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    tracer.startSpan(name).end();
  };
  hooks.register({ id: "print", on: "placed", run: () => query("select") });
  hooks.register({
    id: "pack",
    on: "placed",
    run: async ({ trigger }) => {
      await query("update");
      await trigger("packed", null);
    },
  });
  hooks.register({ id: "label", on: "packed", run: () => query("insert") });
  await tracer.startActiveSpan("request", async (request) => {
    await hooks.trigger("placed", null, { executionId: "today" });
    request.end();
  });
  expect(paths()).toEqual([
    "request",
    "request > hooks placed",
    "request > hooks placed > hook pack",
    "request > hooks placed > hook pack > hooks packed",
    "request > hooks placed > hook pack > hooks packed > hook label",
    "request > hooks placed > hook pack > hooks packed > hook label > insert",
    "request > hooks placed > hook pack > update",
    "request > hooks placed > hook print",
    "request > hooks placed > hook print > select",
  ]);
  expect(spanNamed("hooks placed")[0]?.attributes).toEqual({
    "confiture.hooks.event": "placed",
    "confiture.hooks.execution_id": "today",
    "confiture.hooks.count": 2,
    "confiture.hooks.status": "completed",
  });
  expect(spanNamed("hook pack")[0]?.attributes).toMatchObject({
    "confiture.hooks.hook_id": "pack",
    "confiture.hooks.priority": 5,
    "confiture.hooks.attempt": 1,
  });
});

test("each attempt has its span, failures their exception, and what has no span is an event of the phase", async () => {
  stop = traceHooks({ tracer: provider.getTracer("ours") });
  const hooks = createHooks<{ placed: null }>({ random: () => 0 });
  hooks.register({
    id: "print",
    on: "placed",
    idempotent: true,
    retry: { maxAttempts: 2 },
    run: () => Promise.reject(new Error("no paper")),
  });
  hooks.register({ id: "pack", on: "placed", run: () => undefined });
  await hooks.trigger("placed", null);
  const attempts = spanNamed("hook print");
  expect(attempts.map(({ attributes }) => attributes["confiture.hooks.attempt"])).toEqual([1, 2]);
  for (const { status, events } of attempts) {
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: "no paper" });
    expect(events).toMatchObject([{ name: "exception" }]);
  }
  const [phase] = spanNamed("hooks placed");
  expect(phase?.status.code).toBe(SpanStatusCode.ERROR);
  expect(phase?.events.map(({ name, attributes }) => [name, attributes?.["confiture.hooks.hook_id"]])).toEqual([
    ["retrying", "print"],
    ["skipped", "pack"],
    ["exception", undefined],
  ]);
});

test("a time limit is an error of its span, which ends when nobody waits any longer", async () => {
  stop = traceHooks();
  const hooks = createHooks<{ placed: null }>({ defaults: { timeoutPerHookMs: 5, graceMs: 5, errors: "fail_safe" } });
  hooks.register({ id: "deaf", on: "placed", run: () => new Promise(() => undefined) });
  await hooks.trigger("placed", null);
  const [span] = spanNamed("hook deaf");
  expect(span?.attributes["confiture.hooks.status"]).toBe("timeout");
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "placed: hook deaf took longer than 5 ms." });
  expect(spanNamed("hooks placed")[0]?.status.code).toBe(SpanStatusCode.UNSET);
});

test("it ends when it is told to", async () => {
  traceHooks()();
  const hooks = createHooks<{ placed: null }>();
  hooks.register({ id: "print", on: "placed", run: () => undefined });
  await hooks.trigger("placed", null);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
