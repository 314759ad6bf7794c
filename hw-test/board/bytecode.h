/*
 * The body of a firmware image: one module as XS bytecode, linked to the names of the board, so that
 * it runs where it lies in flash. Integers are little-endian.
 *
 *   offset  bytes
 *        0      4  magic "XSB1"
 *        4      3  XS major, minor, patch version
 *        7      1  1: its top level only defines, and its default export starts it; else 0
 *        8      4  hash of the board's names (machine_rom_key_hash)
 *       12      4  number of the board's names: the id of the first own name
 *       16      4  number of own names
 *       20      4  bytes of own names
 *       24      4  bytes of code
 *       28         own names, each ending with NUL, in the order of their ids; then the code
 */
#ifndef BYTECODE_H
#define BYTECODE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sxMachine txMachine;

#define BYTECODE_HEAD_BYTES 28u

struct bytecode {
	bool is_preloaded;
	const uint8_t *names;
	uint32_t name_count;
	uint32_t name_bytes;
	const uint8_t *code;
	uint32_t code_bytes;
};

/* NULL, or why these bytes are no body for this board. `bytes` may be longer than the body. */
const char *bytecode_parse(struct bytecode *into, const uint8_t *bytes, uint32_t byte_length);

void bytecode_put_head(uint8_t head[BYTECODE_HEAD_BYTES], const struct bytecode *bytecode);

/* Gives the names their ids; they stay where they are. Must be the first to add names. */
void bytecode_link(txMachine *machine, const struct bytecode *bytecode);

#endif
