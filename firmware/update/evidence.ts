import { attempt } from "../failure.ts";
import type { Boot } from "../ports/boot.ts";
import type { Flash } from "../ports/flash.ts";
import type { Log } from "../ports/log.ts";
import type { Platform } from "../ports/platform.ts";
import { imageIdentity, runningVersion } from "../verify/identity.ts";
import type { Evidence } from "./judge.ts";

/**
 * What can be seen of the last reset.
 * @throws Failure FLASH_READ if the running image's own trailer cannot be read
 */
export function gatherEvidence({ boot, primary, secondary, log }: Platform): Evidence {
  return {
    boot: boot.state(),
    isSwapRequested: isSwapRequested(boot, log),
    primary: identityIn(primary, log),
    secondary: identityIn(secondary, log),
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
export function identityIn(flash: Flash, log: Log): string {
  let identity = "";
  attempt(
    () => {
      identity = imageIdentity(flash);
    },
    (failure) => log(`update: ${failure.code}: ${failure.detail}`),
  );
  return identity;
}

/** The version of the running image; undefined if its header cannot be read. */
export function versionIn(primary: Flash, log: Log): string | undefined {
  let version: string | undefined;
  attempt(
    () => {
      version = runningVersion(primary);
    },
    (failure) => log(`update: ${failure.code}: ${failure.detail}`),
  );
  return version;
}
