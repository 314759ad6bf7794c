#include "bytecode.h"

#include "bytes.h"
#include "failure.h"
#include "machine.h"
#include "xsAll.h"

/* Ids are 16 bits wide, and the board's names take some. */
#define NAME_COUNT_MAX 0x7000u

static const uint8_t magic[7] = {
	'X', 'S', 'B', '1', XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION};

void bytecode_put_head(uint8_t head[BYTECODE_HEAD_BYTES], const struct bytecode *bytecode)
{
	c_memcpy(head, magic, sizeof magic);
	head[7] = bytecode->is_preloaded;
	put_u32(head + 8, machine_rom_key_hash());
	put_u32(head + 12, machine_rom_key_count());
	put_u32(head + 16, bytecode->name_count);
	put_u32(head + 20, bytecode->name_bytes);
	put_u32(head + 24, bytecode->code_bytes);
}

/* The names are as many as they say, and the last one ends inside. */
static bool names_are_sound(const struct bytecode *bytecode)
{
	uint32_t ends = 0;
	for (uint32_t i = 0; i < bytecode->name_bytes; i++)
		ends += bytecode->names[i] == 0;
	return ends == bytecode->name_count && ends <= NAME_COUNT_MAX &&
		(ends == 0 || bytecode->names[bytecode->name_bytes - 1] == 0);
}

const char *bytecode_parse(struct bytecode *into, const uint8_t *bytes, uint32_t byte_length)
{
	if (byte_length < BYTECODE_HEAD_BYTES || c_memcmp(bytes, magic, 4) != 0)
		return "the image is no XS bytecode";
	if (c_memcmp(bytes, magic, sizeof magic) != 0)
		return "the image was compiled by another XS version";
	if (get_u32(bytes + 8) != machine_rom_key_hash() ||
		get_u32(bytes + 12) != machine_rom_key_count())
		return "the image was compiled for another build of the board";
	into->is_preloaded = bytes[7] == 1;
	uint32_t room = byte_length - BYTECODE_HEAD_BYTES;
	into->name_count = get_u32(bytes + 16);
	into->name_bytes = get_u32(bytes + 20);
	into->code_bytes = get_u32(bytes + 24);
	if (into->name_bytes > room || into->code_bytes > room - into->name_bytes)
		return "the image's bytecode is cut short";
	into->names = bytes + BYTECODE_HEAD_BYTES;
	into->code = into->names + into->name_bytes;
	return names_are_sound(into) ? NULL : "the image's names are damaged";
}

void bytecode_link(txMachine *the, const struct bytecode *bytecode)
{
	const uint8_t *name = bytecode->names;
	for (uint32_t i = 0; i < bytecode->name_count; i++) {
		if ((uint32_t)fxNewNameX(the, (txString)name) != machine_rom_key_count() + i)
			failure_exit(EXIT_EXCEPTION, "the image's names are not its own");
		name += c_strlen((const char *)name) + 1;
	}
}
