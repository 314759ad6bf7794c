#include "kv.h"

#include "board_assert.h"
#include "bytes.h"
#include "crc32.h"
#include "flash.h"

#include <string.h>

#define BANK_BYTES 0x4000u
#define HEAD_BYTES 16u
#define RECORD_HEAD_BYTES 8u
#define RECORD_MAX_BYTES (RECORD_HEAD_BYTES + KV_NAME_MAX_BYTES + 1 + KV_VALUE_MAX_BYTES)

static const uint8_t bank_magic[4] = {'K', 'V', '1', 0};

/* The bank in use, found by the first call. */
static struct {
	bool is_mounted;
	bool exists; /* false: the store has never been written */
	uint32_t start;
	uint32_t sequence;
	uint32_t end;  /* of the log, from the bank's start */
	bool is_torn;  /* something that is no record follows the log's end */
} bank;

struct record {
	enum kv_type type;
	const uint8_t *name;
	uint32_t name_bytes;
	const uint8_t *value;
	uint32_t value_bytes;
	uint32_t total_bytes;
};

const char *kv_result_text(enum kv_result result)
{
	static const char *const texts[] = {"ok", "invalid key", "value too long", "store is full"};
	return texts[result];
}

static const uint8_t *view(uint32_t bank_start, uint32_t offset, uint32_t byte_length)
{
	return flash_view(&partition_storage, bank_start + offset, byte_length);
}

static uint32_t record_bytes(uint32_t name_bytes, uint32_t value_bytes)
{
	return align_up(RECORD_HEAD_BYTES + name_bytes + value_bytes, FLASH_WRITE_BYTES);
}

/* The record at `offset` of a bank; false if there is none, or it is torn. */
static bool read_record(struct record *record, uint32_t bank_start, uint32_t offset)
{
	if (offset + RECORD_HEAD_BYTES > BANK_BYTES)
		return false;
	const uint8_t *head = view(bank_start, offset, RECORD_HEAD_BYTES);
	record->value_bytes = get_u16(head + 4);
	record->name_bytes = head[6];
	record->type = head[7];
	record->total_bytes = record_bytes(record->name_bytes, record->value_bytes);
	if (record->value_bytes > KV_VALUE_MAX_BYTES || record->name_bytes > KV_NAME_MAX_BYTES ||
		record->total_bytes > BANK_BYTES - offset)
		return false;
	record->name = head + RECORD_HEAD_BYTES;
	record->value = record->name + record->name_bytes;
	uint32_t covered = RECORD_HEAD_BYTES - 4 + record->name_bytes + record->value_bytes;
	return get_u32(head) == crc32(head + 4, covered);
}

static bool read_head(uint32_t bank_start, uint32_t *sequence)
{
	const uint8_t *head = view(bank_start, 0, HEAD_BYTES);
	*sequence = get_u32(head + 4);
	return memcmp(head, bank_magic, sizeof bank_magic) == 0 && get_u32(head + 8) == crc32(head, 8);
}

static void find_log_end(void)
{
	struct record record;
	bank.end = HEAD_BYTES;
	while (read_record(&record, bank.start, bank.end))
		bank.end += record.total_bytes;
	bank.is_torn = !flash_is_erased(
		&partition_storage, bank.start + bank.end, BANK_BYTES - bank.end);
}

/* Serial number arithmetic (RFC 1982): the number after 0xffffffff is 0, and is the later one. */
static bool is_later(uint32_t sequence, uint32_t other)
{
	return (int32_t)(sequence - other) > 0;
}

static void mount(void)
{
	if (bank.is_mounted)
		return;
	bank.is_mounted = true;
	for (uint32_t start = 0; start < 2 * BANK_BYTES; start += BANK_BYTES) {
		uint32_t sequence;
		if (read_head(start, &sequence) && (!bank.exists || is_later(sequence, bank.sequence))) {
			bank.exists = true;
			bank.start = start;
			bank.sequence = sequence;
		}
	}
	if (bank.exists)
		find_log_end();
}

static bool has_name(const struct record *record, const uint8_t *name, uint32_t name_bytes)
{
	return record->name_bytes == name_bytes && memcmp(record->name, name, name_bytes) == 0;
}

/* The last record of that name, whatever its type. */
static bool find(struct record *found, const uint8_t *name, uint32_t name_bytes)
{
	struct record record;
	bool any = false;
	mount();
	for (uint32_t offset = HEAD_BYTES; bank.exists && offset < bank.end; offset += record.total_bytes) {
		board_check(read_record(&record, bank.start, offset));
		if (has_name(&record, name, name_bytes)) {
			*found = record;
			any = true;
		}
	}
	return any;
}

static void write_flash(uint32_t offset, const uint8_t *bytes, uint32_t byte_length)
{
	board_check(flash_write(&partition_storage, offset, bytes, byte_length) == FLASH_OK);
}

static void write_head(uint32_t bank_start, uint32_t sequence)
{
	uint8_t head[HEAD_BYTES];
	memset(head, FLASH_ERASED, sizeof head);
	memcpy(head, bank_magic, sizeof bank_magic);
	put_u32(head + 4, sequence);
	put_u32(head + 8, crc32(head, 8));
	write_flash(bank_start, head, sizeof head);
}

/* Copies what is live to the bank at `start`; returns the end of its log. */
static uint32_t copy_live_records(uint32_t start)
{
	struct record record, last;
	uint32_t end = HEAD_BYTES;
	for (uint32_t offset = HEAD_BYTES; bank.exists && offset < bank.end; offset += record.total_bytes) {
		board_check(read_record(&record, bank.start, offset));
		find(&last, record.name, record.name_bytes);
		if (record.name != last.name || record.type == KV_DELETED)
			continue;
		/* Out of the memory-mapped flash first: a real part cannot read while it programs. */
		uint8_t copy[RECORD_MAX_BYTES + FLASH_WRITE_BYTES];
		memcpy(copy, view(bank.start, offset, record.total_bytes), record.total_bytes);
		write_flash(start + end, copy, record.total_bytes);
		end += record.total_bytes;
	}
	return end;
}

/* Moves to the other bank. Until its head is written, the old one stands. */
static void compact(void)
{
	uint32_t start = bank.exists ? BANK_BYTES - bank.start : 0;
	for (uint32_t page = 0; page < BANK_BYTES; page += FLASH_PAGE_BYTES)
		board_check(flash_erase_page(&partition_storage, start + page) == FLASH_OK);
	uint32_t end = copy_live_records(start);
	write_head(start, bank.sequence + 1);
	bank.exists = true;
	bank.start = start;
	bank.sequence++;
	bank.end = end;
	bank.is_torn = false;
}

static enum kv_result append(const char *name, const struct kv_value *value)
{
	uint8_t bytes[RECORD_MAX_BYTES + FLASH_WRITE_BYTES];
	uint32_t name_bytes = (uint32_t)strlen(name);
	uint32_t total = record_bytes(name_bytes, value->byte_length);
	memset(bytes, FLASH_ERASED, sizeof bytes);
	put_u16(bytes + 4, (uint16_t)value->byte_length);
	bytes[6] = (uint8_t)name_bytes;
	bytes[7] = (uint8_t)value->type;
	memcpy(bytes + RECORD_HEAD_BYTES, name, name_bytes);
	if (value->byte_length > 0)
		memcpy(bytes + RECORD_HEAD_BYTES + name_bytes, value->bytes, value->byte_length);
	put_u32(bytes, crc32(bytes + 4, RECORD_HEAD_BYTES - 4 + name_bytes + value->byte_length));
	if (!bank.exists || bank.is_torn || total > BANK_BYTES - bank.end)
		compact();
	if (total > BANK_BYTES - bank.end)
		return KV_FULL;
	write_flash(bank.start + bank.end, bytes, total);
	bank.end += total;
	return KV_OK;
}

bool kv_read(const char *name, struct kv_value *value)
{
	struct record record;
	if (!find(&record, (const uint8_t *)name, (uint32_t)strlen(name)) || record.type == KV_DELETED)
		return false;
	*value = (struct kv_value){record.type, record.value, record.value_bytes};
	return true;
}

enum kv_result kv_write(const char *name, const struct kv_value *value)
{
	struct kv_value now;
	size_t name_bytes = strlen(name);
	if (name_bytes == 0 || name_bytes > KV_NAME_MAX_BYTES)
		return KV_NAME_INVALID;
	if (value->byte_length > KV_VALUE_MAX_BYTES)
		return KV_VALUE_TOO_LONG;
	if (kv_read(name, &now) && now.type == value->type && now.byte_length == value->byte_length &&
		memcmp(now.bytes, value->bytes, now.byte_length) == 0)
		return KV_OK;
	return append(name, value);
}

enum kv_result kv_delete(const char *name)
{
	struct kv_value now;
	if (!kv_read(name, &now))
		return KV_OK;
	return append(name, &(struct kv_value){.type = KV_DELETED});
}
