import type { OtaPartitions } from "../../firmware/ports/ota.ts";
import { readEspImage } from "../../tools/image/esp-image.ts";
import { type OtaState, otaStates } from "../../tools/image/otadata.ts";
import type { Otadata } from "./otadata.ts";
import type { PoweredFlash } from "./powered-flash.ts";

/** ESP_FAIL, ESP_ERR_OTA_VALIDATE_FAILED (esp_err.h, esp_ota_ops.h). */
const FAIL = -1;
const VALIDATE_FAILED = 0x1503;

/**
 * ESP-IDF's app_update (esp_ota_ops.c, v5) for an image that runs from one of two partitions: with its
 * traps, which the firmware must not step into.
 */
export class OtaPartitionsModel implements OtaPartitions {
  private readonly otadata: Otadata;
  private readonly next: { readonly slot: 0 | 1; readonly flash: PoweredFlash };

  constructor(otadata: Otadata, next: { readonly slot: 0 | 1; readonly flash: PoweredFlash }) {
    this.otadata = otadata;
    this.next = next;
  }

  runningState(): number {
    return this.stateOf(1 - this.next.slot);
  }

  nextState(): number {
    return this.stateOf(this.next.slot);
  }

  bootsNext(): number {
    const slot = this.otadata.active()?.entry.slot ?? 0;
    return slot === this.next.slot ? 1 : 0;
  }

  bootNext(): number {
    const { slot, flash } = this.next;
    if (readEspImage(flash.nor.bytes)?.isSound !== true) return VALIDATE_FAILED;
    const active = this.otadata.active();
    if (active === undefined) {
      this.otadata.write(0, slot + 1, "new");
      return 0;
    }
    // The least number of that partition which is not below the one that counts.
    const { seq } = active.entry;
    this.otadata.write(
      active.sector === 0 ? 1 : 0,
      active.entry.slot === slot ? seq : seq + 1,
      "new",
    );
    return 0;
  }

  markValid(): number {
    const active = this.otadata.active();
    if (active === undefined) return FAIL;
    const { sector, entry } = active;
    if (entry.state !== "valid") this.otadata.write(sector, entry.seq, "valid");
    return 0;
  }

  forgetNext(): number {
    const active = this.otadata.active();
    if (active?.entry.slot === this.next.slot) this.otadata.erase(active.sector);
    return 0;
  }

  private stateOf(slot: number): number {
    const entry = this.otadata.entries().find((one) => one?.isSound && one.slot === slot);
    return entry === undefined ? -1 : numberOf(entry.state);
  }
}

function numberOf(state: OtaState): number {
  const names: readonly string[] = otaStates;
  return names.indexOf(state);
}
