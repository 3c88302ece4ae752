import { freezePlain } from "../data/freeze-plain.js";
import { aFunction, anObject, type Check, checkShape, nonEmptyString, type Shape } from "../define/check-shape.js";
import { HookError } from "../errors/hook-error.js";
import type { Engine, PhaseParent, PhaseRequest } from "./engine.js";

const aSignal: Check = (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal");

const nestedShape: Shape = { signal: aSignal, metadata: anObject };
const shape: Shape = { ...nestedShape, executionId: nonEmptyString, around: aFunction, only: aFunction };

export interface Asked {
  readonly event: string;
  readonly data: unknown;
  readonly options: object;
}

/** Checks what somebody asks for, and freezes the data. A hook cannot choose what comes from its own phase. */
export function requestOf(engine: Engine, { event, data, options }: Asked, parent?: PhaseParent): PhaseRequest {
  engine.policyOf(event);
  const wrong = checkShape(options, parent === undefined ? shape : nestedShape);
  if (wrong !== undefined) throw new HookError("CONFITURE_HOOK_OPTION", `trigger: ${event} ${wrong}.`, { event });
  const { executionId, signal, metadata, around, only } = options as Partial<PhaseRequest>;
  return {
    event,
    data: freezePlain(data, event),
    executionId: executionId ?? engine.createId(),
    mayShareId: executionId !== undefined,
    metadata: Object.freeze({ ...metadata }),
    around,
    only,
    signal,
    parent,
  };
}
