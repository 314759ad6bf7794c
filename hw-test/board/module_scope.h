/*
 * Where a module's variables lie: functions that take one into their scope name its place, and places of
 * classes come behind all of them. As the parser has it, one variable more shifts every one behind it.
 */
#ifndef MODULE_SCOPE_H
#define MODULE_SCOPE_H

#include "xsAll.h"
#include "xsScript.h"

/*
 * Gives the variables of a module places that stay from build to build, and rounds their number up,
 * to a multiple of 64 or less, so that most of those that come or go move none. Between fxParserBind() and
 * fxParserCode(). False if there is no memory.
 */
bool module_scope_stabilize(txParser *parser);

#endif
