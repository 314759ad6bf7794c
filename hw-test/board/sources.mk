# What the board program is made of, for every machine that it is built for. Needs ROOT.

BOARD := $(ROOT)/hw-test/board
XS := $(ROOT)/node_modules/@agoric/xsnap/moddable/xs

# xsSnapshot.c and xsLockdown.c serve other hosts; xsDebug.c holds functions all builds need.
XS_FILES := xsAll xsAPI xsArguments xsArray xsAtomics xsBigInt xsBoolean xsCode xsCommon xsDataView \
	xsDate xsDebug xsDefaults xsError xsFunction xsGenerator xsGlobal xsJSON xsLexical xsMapSet \
	xsMarshall xsMath xsMemory xsModule xsNumber xsObject xsPlatforms xsProfile xsPromise xsProperty \
	xsProxy xsRegExp xsRun xsScope xsScript xsSourceMap xsString xsSymbol xsSyntaxical xsTree xsType \
	xsdtoa xsmc xsre

BOARD_FILES := $(patsubst $(BOARD)/%.c,%,$(filter-out %/rom_empty.c,$(wildcard $(BOARD)/*.c)))
# A Linux process, and the subcommands of a host (README.md, "Layers").
LINUX_FILES := hal_linux files linker stable_order module_scope compile bench main

XS_DEFINES := -D_GNU_SOURCE -DINCLUDE_XSPLATFORM -DmxRun=1 -DmxNoConsole=1 -DmxBoundsCheck=1 -DmxMinusZero=1
XS_INCLUDES := -I$(BOARD) -isystem $(XS)/includes -isystem $(XS)/platforms -isystem $(XS)/sources
CODE_FLAGS := -std=gnu11 -g -fno-strict-aliasing -ffunction-sections -fdata-sections
WARNINGS := -Wall -Wextra -Werror
