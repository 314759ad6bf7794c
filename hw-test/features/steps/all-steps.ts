import type { StepDefinition } from "./definition.ts";
import { firmwareSteps } from "./firmware-steps.ts";
import { jobSteps } from "./job-steps.ts";
import { messageSteps } from "./message-steps.ts";
import { observationSteps } from "./observation-steps.ts";
import { patchSteps } from "./patch-steps.ts";
import { sdkSteps } from "./sdk-steps.ts";
import { trackerSteps } from "./tracker-steps.ts";
import { comparisonSteps, valueSteps } from "./value-steps.ts";

/** Every step there is; steps/README.md describes them. */
export const allSteps: readonly StepDefinition[] = [
  ...valueSteps,
  ...comparisonSteps,
  ...sdkSteps,
  ...trackerSteps,
  ...messageSteps,
  ...firmwareSteps,
  ...jobSteps,
  ...patchSteps,
  ...observationSteps,
];
