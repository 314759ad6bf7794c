/* From what XS's parser makes of a module to bytecode that runs in place. */
#ifndef LINKER_H
#define LINKER_H

#include "xsAll.h"
#include "xsScript.h"

struct linked_names {
	const char **names; /* the module's own ones, in the order of their ids */
	int count;
};

/*
 * Gives the script's names their ids, puts those into its code, and turns each string and function
 * constant into the kind that is used in place instead of copied (XS_CODE_*_ARCHIVE_*). Names that
 * the machine did not know are added to `own`, in an order that little changes from build to build. Returns the ids by the script's own numbering, which
 * its natives use.
 */
const txID *link_script(txMachine *machine, txScript *script, struct linked_names *own);

#endif
