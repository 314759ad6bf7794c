/* What the SDK's simulator does for a program, as far as one without a display needs it. */
#ifndef PROGRAM_H
#define PROGRAM_H

/* Runs the program (mc.so) that `file` is, until it ends the process; EXIT_FAULT for what is none. */
_Noreturn void program_run(int file);

#endif
