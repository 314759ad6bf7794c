/* What an image runs once memory is set up: bootloader.c, tracker.c, or a test's program. */
#ifndef PROGRAM_H
#define PROGRAM_H

_Noreturn void program_run(void);

#endif
