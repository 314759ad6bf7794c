/*
 * The update client for an application on the Moddable SDK: `import { startClient } from
 * "tracker-fota"`. docs/application.md shows it in use. What this module exports, and the settings in
 * the store, keep their meaning within a major version (semver.org); nothing else does.
 */
// A build for ESP-IDF's bootloader puts boot-side-esp-idf.ts here (rollup.config.mjs).
import { newPlatform } from "./boot-side.ts";
import type { ApplicationCheck } from "./confirm/self-test.ts";
import { readSettings } from "./platforms/settings.ts";
import type { Log } from "./ports/log.ts";
import type { Platform } from "./ports/platform.ts";
import { printableLog } from "./printable.ts";
import type { Settings } from "./settings.ts";
import { trustAnchors } from "./trust-anchors.ts";
import { batteryGate, type Gate } from "./update/gate.ts";
import type { ApplicationHooks } from "./update/hooks.ts";
import { Update } from "./update/update.ts";
import { runningVersion } from "./verify/identity.ts";
// A build puts the board's own here, or none for an unsigned image (rollup.config.mjs).
import { verifier } from "./verify/p256.ts";

export type { Gate } from "./update/gate.ts";
export { consentGate, windowGate } from "./update/gate.ts";
export type { ApplicationHooks, UpdateProgress } from "./update/hooks.ts";
export type { Settings };

export interface ClientOptions extends ApplicationHooks {
  /** Of this image, as in its MCUboot header: `1.2.3` or `1.2.3+4`. Another one fails the self-test. */
  readonly version: string;
  /**
   * Whose releases are installed: what `fota keygen` prints, one to four with blanks between. Or the
   * words `integrity only`, in a build that checks no signatures.
   */
  readonly trust: string;
  /** Of the product; the tracker's own, in its store, come first (docs/porting.md). */
  readonly settings?: Partial<Settings> | undefined;
  /** All must be open before a download and before the reset; `settings.batteryMinimum` is one more. */
  readonly gates?: readonly Gate[] | undefined;
  /**
   * Whether a new image works: sensors answer, GNSS has a fix. It is reverted unless `done(undefined)`
   * is called and the cloud was reached within `settings.selfTestDeadlineMs`. Without one, reaching
   * the cloud is enough.
   */
  readonly selfTest?: ApplicationCheck | undefined;
  /** In place of the console: one line without line end, never a secret. */
  readonly log?: Log | undefined;
}

export interface Client {
  /**
   * Goes back to the former image, which then has to confirm itself. Restarts the tracker soon.
   * @returns false if an update is under way, no former image is there that may run, or it is called
   * from inside a hook
   */
  rollback(): boolean;
}

/**
 * Starts the client, once after every reset; from then on it works by itself, on the event loop of
 * the application. Asserts that the options and what was provisioned make sense: a new image where
 * they do not is reverted.
 */
export function startClient(options: ClientOptions): Client {
  const { version, trust, settings: ofProduct, gates = [], selfTest } = options;
  const platform = platformWith(options.log);
  const settings = readSettings(platform.store, ofProduct);
  printableLog(platform.log)(`tracker-fota ${version} on ${settings.thingName}`);
  const update = new Update({
    platform,
    settings,
    gates: allGates(platform, settings, gates),
    hooks: options,
    trust: { anchors: trustAnchors(trust), verifier },
    application(done) {
      const header = runningVersion(platform);
      if (header !== version) done(`the header says ${header}, the code ${version}`);
      else if (selfTest === undefined) done(undefined);
      else selfTest(done);
    },
  });
  update.start();
  return update;
}

function platformWith(log: Log | undefined): Platform {
  const platform = newPlatform();
  return log === undefined ? platform : Object.assign({}, platform, { log });
}

function allGates(
  { power }: Platform,
  { batteryMinimum }: Settings,
  gates: readonly Gate[],
): readonly Gate[] {
  return batteryMinimum === undefined ? gates : gates.concat(batteryGate(power, batteryMinimum));
}
