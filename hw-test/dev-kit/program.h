/* What runs on the machine once memory is set up: tracker.c, or a test's program. */
#ifndef PROGRAM_H
#define PROGRAM_H

_Noreturn void program_run(void);

#endif
