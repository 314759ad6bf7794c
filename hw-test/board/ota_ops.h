/*
 * What ESP-IDF gives an application to change otadata by (app_update, esp_ota_ops.c), with the running
 * partition and the next one as the only arguments there are. It does what ESP-IDF does, also where
 * that takes care: firmware/swap/ota-boot.ts has to.
 */
#ifndef OTA_OPS_H
#define OTA_OPS_H

#include <stdbool.h>

#define OTA_OK 0
#define OTA_FAIL (-1) /* ESP_FAIL */
#define OTA_VALIDATE_FAILED 0x1503 /* ESP_ERR_OTA_VALIDATE_FAILED */

/* esp_ota_get_state_partition; -1 if no entry has its number. */
int ota_state(bool of_next);
/* esp_ota_get_boot_partition. */
bool ota_boots_next(void);
/* esp_ota_set_boot_partition. */
int ota_boot_next(void);
/* esp_ota_mark_app_valid_cancel_rollback: of the entry that counts, whoever runs. */
int ota_mark_valid(void);
/* Of no API there: erases the sector that names the next partition, if it is the one that counts. */
int ota_forget_next(void);

#endif
