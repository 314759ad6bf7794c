// `tracker/ota`: firmware/ports/ota.ts over ESP-IDF's app_update.

import FFI from "mc/ffi";

export default Object.freeze({
  runningState: () => new FFI().tracker_ota_running_state(),
  nextState: () => new FFI().tracker_ota_next_state(),
  bootsNext: () => new FFI().tracker_ota_boots_next(),
  bootNext: () => new FFI().tracker_ota_boot_next(),
  markValid: () => new FFI().tracker_ota_mark_valid(),
  forgetNext: () => new FFI().tracker_ota_forget_next(),
});
