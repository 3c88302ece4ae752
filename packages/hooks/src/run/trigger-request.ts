import { freezePlain } from "../data/freeze-plain.js";
import { aFunction, anObject, type Check, checkShape, nonEmptyString, type Shape } from "../define/check-shape.js";
import { HookError } from "../errors/hook-error.js";
import type { Engine, PhaseRequest } from "./engine.js";

const aSignal: Check = (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal");

const nestedShape = { signal: aSignal, metadata: anObject };
const shape = { ...nestedShape, executionId: nonEmptyString, around: aFunction };

/** Checks what somebody asks for, and freezes the data. */
export function requestOf(engine: Engine, event: string, data: unknown, options: object): PhaseRequest {
  return request(engine, { event, data, options, shape });
}

/** The same for a hook that triggers another event: whatever else there is comes from its own phase. */
export function nestedRequestOf(engine: Engine, event: string, data: unknown, options: object): PhaseRequest {
  return request(engine, { event, data, options, shape: nestedShape });
}

interface Asked {
  readonly event: string;
  readonly data: unknown;
  readonly options: object;
  readonly shape: Shape;
}

function request(engine: Engine, { event, data, options, shape }: Asked): PhaseRequest {
  engine.policyOf(event);
  const wrong = checkShape(options, shape);
  if (wrong !== undefined) throw new HookError("CONFITURE_HOOK_OPTION", `trigger: ${event} ${wrong}.`, { event });
  const { executionId, signal, metadata, around } = options as Partial<PhaseRequest>;
  return {
    event,
    data: freezePlain(data, event),
    executionId: executionId ?? engine.createId(),
    mayShareId: executionId !== undefined,
    metadata: Object.freeze({ ...metadata }),
    around,
    signal,
    parent: undefined,
  };
}
