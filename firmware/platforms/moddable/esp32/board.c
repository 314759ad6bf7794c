/*
 * What SDK 8.2.3 does not have for ESP32. Called through mc/ffi (see ./manifest.json), so no header
 * names these functions.
 */
#include <esp_rom_crc.h>
#include <esp_system.h>
#include <esp_task_wdt.h>

#include <stddef.h>
#include <stdint.h>

/* 1: the last reset came with the supply, and says nothing against the firmware. */
int32_t tracker_was_power_loss(void)
{
	esp_reset_reason_t reason = esp_reset_reason();
	return reason == ESP_RST_POWERON || reason == ESP_RST_BROWNOUT;
}

/* From now on the chip is reset whenever this task does not feed it for so long; 0, or an esp_err_t. */
int32_t tracker_watchdog_start(uint32_t timeout_ms)
{
	const esp_task_wdt_config_t config = {.timeout_ms = timeout_ms, .trigger_panic = true};
	esp_err_t error = esp_task_wdt_init(&config);
	/* ESP-IDF may have started it already. */
	if (error == ESP_ERR_INVALID_STATE)
		error = esp_task_wdt_reconfigure(&config);
	return error == ESP_OK ? esp_task_wdt_add(NULL) : error;
}

/* 0, or an esp_err_t. */
int32_t tracker_watchdog_feed(void)
{
	return esp_task_wdt_reset();
}

/* CRC-32/ISO-HDLC, going on from `crc`. */
int32_t tracker_crc32(int32_t crc, const uint8_t *bytes, uint32_t start, uint32_t byte_length)
{
	return (int32_t)esp_rom_crc32_le((uint32_t)crc, bytes + start, byte_length);
}
