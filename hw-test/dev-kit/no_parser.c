/* XS without its parser, as a board that is given bytecode: eval() and Function() throw. */
#include "xsAll.h"

txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)stream;
	(void)getter;
	(void)flags;
	mxSyntaxError("no parser");
	return NULL;
}
