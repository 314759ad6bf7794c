/*
 * A plugin for QEMU (TCG plugin API 1, QEMU 7.2 documentation, "Writing a Plugin"): counts each
 * instruction that the processor executes, by the address of its block of straight code. The counts
 * are in a file that anyone may read while QEMU runs: little-endian 64-bit numbers, one for each
 * halfword of the code memory. A file that is there already is counted on: over resets.
 *
 *   -plugin counter.so,out=FILE
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* memory.ld, BOOT and RUNTIME */
#define CODE_BYTES (1u << 20)
#define COUNTERS (CODE_BYTES / 2)

#define EXPORTED __attribute__((visibility("default")))

/* Of the API, what is used here: Debian has no package with its header. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
enum { QEMU_PLUGIN_INLINE_ADD_U64 = 0 };
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(
	qemu_plugin_id_t id, void (*on_block)(qemu_plugin_id_t id, struct qemu_plugin_tb *block));
void qemu_plugin_register_vcpu_tb_exec_inline(
	struct qemu_plugin_tb *block, int operation, void *counter, uint64_t addend);

EXPORTED int qemu_plugin_version = 1;

static uint64_t *counters;

static void on_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
	uint64_t address = qemu_plugin_tb_vaddr(block);
	(void)id;
	if (address < CODE_BYTES)
		qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64,
			&counters[address / 2], qemu_plugin_tb_n_insns(block));
}

static uint64_t *map_counters(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT, 0644);
	if (file < 0 || ftruncate(file, COUNTERS * sizeof *counters) != 0)
		return NULL;
	void *map = mmap(NULL, COUNTERS * sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	return map == MAP_FAILED ? NULL : map;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4) != 0 || !(counters = map_counters(argv[0] + 4))) {
		fputs("counter: needs out=FILE that can be written\n", stderr);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	return 0;
}
