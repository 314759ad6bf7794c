/**
 * ESP-IDF's application partitions, of which there are two: the running one, and the next one
 * (`esp_ota_get_running_partition`, `esp_ota_get_next_update_partition`). Numbers in and out, as FFI
 * carries them. Functions that write give 0, or an `esp_err_t`.
 */
export interface OtaPartitions {
  /** `esp_ota_get_state_partition`, an `esp_ota_img_states_t`; -1 where otadata has no entry for it. */
  runningState(): number;
  nextState(): number;
  /** Whether `esp_ota_get_boot_partition` is the next one: 1 or 0. */
  bootsNext(): number;
  /** `esp_ota_set_boot_partition` of the next one, which checks its image as the bootloader does. */
  bootNext(): number;
  /** `esp_ota_mark_app_valid_cancel_rollback`. */
  markValid(): number;
  /** Erases the sector of otadata that names the next one; 0 as well where there is none. */
  forgetNext(): number;
}
