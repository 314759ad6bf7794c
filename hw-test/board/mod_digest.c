/* `crypt` for scripts: SHA-256. */
#include "xsmc.h"

#include "sha256.h"

#include <string.h>

void script_digest_destructor(void *data)
{
	(void)data;
}

static struct sha256 *hash_of(xsMachine *the)
{
	return xsmcGetHostChunkValidate(xsThis, (void *)script_digest_destructor);
}

void script_digest(xsMachine *the)
{
	struct sha256 hash;
	if (strcmp(xsmcToString(xsArg(0)), "SHA256") != 0)
		xsRangeError("only SHA256");
	sha256_start(&hash);
	xsmcSetHostChunk(xsThis, &hash, sizeof hash);
}

void script_digest_write(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue byte_length;
	if (xsmcTypeOf(xsArg(0)) == xsStringType || xsmcTypeOf(xsArg(0)) == xsStringXType) {
		bytes = xsmcToString(xsArg(0));
		byte_length = (xsUnsignedValue)strlen(bytes);
	} else
		xsmcGetBufferReadable(xsArg(0), &bytes, &byte_length);
	sha256_update(hash_of(the), bytes, byte_length);
}

/* Ends it and starts anew, as the SDK's does. */
void script_digest_close(xsMachine *the)
{
	uint8_t digest[SHA256_BYTES];
	sha256_finish(hash_of(the), digest);
	sha256_start(hash_of(the));
	xsmcSetArrayBuffer(xsResult, digest, sizeof digest);
}

void script_digest_reset(xsMachine *the)
{
	sha256_start(hash_of(the));
}
