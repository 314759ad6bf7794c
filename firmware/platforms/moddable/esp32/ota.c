/*
 * ESP-IDF's application partitions for firmware/ports/ota.ts. Called through mc/ffi (see
 * ./manifest.json), so no header names these functions. hw-test/board/ota_ops.c is what the virtual
 * board has in their place.
 */
#include <esp_err.h>
#include <esp_ota_ops.h>
#include <esp_partition.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_STATE (-1)
#define SECTORS 2u
#define PARTITIONS 2u

static int32_t state_of(const esp_partition_t *partition)
{
	esp_ota_img_states_t state;
	return esp_ota_get_state_partition(partition, &state) == ESP_OK ? (int32_t)state : NO_STATE;
}

static const esp_partition_t *next_partition(void)
{
	return esp_ota_get_next_update_partition(NULL);
}

static bool boots_next(void)
{
	return esp_ota_get_boot_partition() == next_partition();
}

int32_t tracker_ota_running_state(void)
{
	return state_of(esp_ota_get_running_partition());
}

int32_t tracker_ota_next_state(void)
{
	return state_of(next_partition());
}

int32_t tracker_ota_boots_next(void)
{
	return boots_next();
}

int32_t tracker_ota_boot_next(void)
{
	return esp_ota_set_boot_partition(next_partition());
}

int32_t tracker_ota_mark_valid(void)
{
	return esp_ota_mark_app_valid_cancel_rollback();
}

/* Erases the sector if its entry names the next partition: ota_seq comes first in it. */
static esp_err_t forget(const esp_partition_t *otadata, uint32_t sector)
{
	uint32_t number;
	uint32_t slot = next_partition()->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;
	size_t offset = sector * otadata->erase_size;
	esp_err_t error = esp_partition_read(otadata, offset, &number, sizeof number);

	if (error != ESP_OK || number == UINT32_MAX || (number - 1) % PARTITIONS != slot)
		return error;
	return esp_partition_erase_range(otadata, offset, otadata->erase_size);
}

/* ESP-IDF has no call for it (esp_flash_partitions.h, esp_ota_select_entry_t). */
int32_t tracker_ota_forget_next(void)
{
	const esp_partition_t *otadata = esp_partition_find_first(
		ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL);
	esp_err_t error = ESP_OK;

	if (!boots_next())
		return ESP_OK;
	if (!otadata)
		return ESP_ERR_NOT_FOUND;
	for (uint32_t sector = 0; sector < SECTORS && error == ESP_OK; sector++)
		error = forget(otadata, sector);
	return error;
}
