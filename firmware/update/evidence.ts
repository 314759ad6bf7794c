import { attempt } from "../failure.ts";
import type { Boot } from "../ports/boot.ts";
import type { Flash } from "../ports/flash.ts";
import type { Log } from "../ports/log.ts";
import type { Platform } from "../ports/platform.ts";
import { imageIdentity, type RunningSlot, runningVersion } from "../verify/identity.ts";
import type { Evidence } from "./judge.ts";

/**
 * What can be seen of the last reset.
 * @throws Failure FLASH_READ if the running image's own trailer cannot be read
 */
export function gatherEvidence(platform: Platform): Evidence {
  const { boot, primary, secondary, log } = platform;
  return {
    boot: boot.state(),
    isSwapRequested: isSwapRequested(boot, log),
    lastTrial: boot.lastTrial(),
    primary: identityIn(primary, platform),
    secondary: identityIn(secondary, platform),
  };
}

/** A dead flash chip asks for nothing. */
function isSwapRequested(boot: Boot, log: Log): boolean {
  let isRequested = false;
  attempt(
    () => {
      isRequested = boot.isSwapRequested();
    },
    (failure) => log(`update: ${failure.code}: ${failure.detail}`),
  );
  return isRequested;
}

/** A slot that cannot be read holds no image: a dead flash chip must not stop the application. */
export function identityIn(
  flash: Flash,
  { format, log }: Pick<Platform, "format" | "log">,
): string {
  let identity = "";
  attempt(
    () => {
      identity = imageIdentity(flash, format);
    },
    (failure) => log(`update: ${failure.code}: ${failure.detail}`),
  );
  return identity;
}

/** The version of the running image; undefined if its header cannot be read. */
export function versionIn(platform: RunningSlot & Pick<Platform, "log">): string | undefined {
  let version: string | undefined;
  attempt(
    () => {
      version = runningVersion(platform);
    },
    (failure) => platform.log(`update: ${failure.code}: ${failure.detail}`),
  );
  return version;
}
