/* Our own mistakes: stop at once. */
#ifndef BOARD_ASSERT_H
#define BOARD_ASSERT_H

#include "failure.h"

#define BOARD_CHECK_TEXT_OF(X) #X
#define BOARD_CHECK_TEXT(X) BOARD_CHECK_TEXT_OF(X)

#define board_check(CONDITION) \
	((CONDITION) ? (void)0 \
				 : failure_exit(EXIT_EXCEPTION, \
					   "board: " __FILE__ ":" BOARD_CHECK_TEXT(__LINE__) ": " #CONDITION))

#endif
