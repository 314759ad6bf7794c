#include "unpack.h"

#include "exit_code.h"
#include "flash.h"

#include <gio/gio.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE_BYTES 65536

static bool copy(GInputStream *from, int to)
{
	static char piece[PIECE_BYTES];
	gssize count;
	while ((count = g_input_stream_read(from, piece, sizeof piece, NULL, NULL)) > 0)
		if (write(to, piece, (size_t)count) != count)
			return false;
	return count == 0;
}

int unpack_image(const struct image *image)
{
	const uint8_t *body = flash_view(&partition_primary, image->body_offset, image->body_bytes);
	GInputStream *packed = g_memory_input_stream_new_from_data(body, image->body_bytes, NULL);
	GConverter *gunzip = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	GInputStream *unpacked = g_converter_input_stream_new(packed, gunzip);
	int file = memfd_create("mc.so", MFD_CLOEXEC);
	if (file < 0 || !copy(unpacked, file)) {
		fputs("fault: the image does not unpack\n", stderr);
		_exit(EXIT_FAULT);
	}
	g_object_unref(unpacked);
	g_object_unref(gunzip);
	g_object_unref(packed);
	return file;
}
