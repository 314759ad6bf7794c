/*
 * What SDK 8.2.3 does not have for Zephyr. Called through mc/ffi (see ./manifest.json), so no header
 * names these functions.
 */
#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/entropy.h>
#include <zephyr/drivers/watchdog.h>
#include <zephyr/sys/crc.h>
#include <zephyr/sys/reboot.h>

#include <stdint.h>

static const struct device *const entropy = DEVICE_DT_GET(DT_CHOSEN(zephyr_entropy));
static const struct device *const watchdog = DEVICE_DT_GET(DT_ALIAS(watchdog0));
static int watchdog_channel = -1;

/* Resets the chip. */
void tracker_reboot(void)
{
	sys_reboot(SYS_REBOOT_COLD);
}

/* Random bytes of the chip's entropy source; 0, or a negative error. */
int32_t tracker_entropy(uint8_t *bytes, uint32_t byte_length)
{
	if (!device_is_ready(entropy) || byte_length > UINT16_MAX)
		return -1;
	return entropy_get_entropy(entropy, bytes, (uint16_t)byte_length);
}

/* From now on the chip is reset whenever it is not fed for so long; 0, or a negative error. */
int32_t tracker_watchdog_start(uint32_t timeout_ms)
{
	const struct wdt_timeout_cfg timeout = {
		.flags = WDT_FLAG_RESET_SOC,
		.window = {.min = 0, .max = timeout_ms},
	};

	if (!device_is_ready(watchdog))
		return -1;
	watchdog_channel = wdt_install_timeout(watchdog, &timeout);
	if (watchdog_channel < 0)
		return watchdog_channel;
	return wdt_setup(watchdog, WDT_OPT_PAUSE_HALTED_BY_DBG);
}

/* 0, or a negative error. */
int32_t tracker_watchdog_feed(void)
{
	return wdt_feed(watchdog, watchdog_channel);
}

/* CRC-32/ISO-HDLC, going on from `crc`. */
int32_t tracker_crc32(int32_t crc, const uint8_t *bytes, uint32_t start, uint32_t byte_length)
{
	return (int32_t)crc32_ieee_update((uint32_t)crc, bytes + start, byte_length);
}
