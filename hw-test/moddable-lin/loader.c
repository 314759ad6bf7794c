/*
 * A board for the Moddable SDK's Linux runtime: bootloader, and in the place of the SDK's simulator,
 * which needs a display. Usage: loader [FOLDER]; the folder holds flash.bin, whose primary slot the
 * bootloader starts, and the values of the key-value store.
 *
 * Each power cycle is a process of its own. It ends by a reset (exit codes of docs/virtual-tracker.md),
 * by a crash, which is a reset too, or for good.
 */
#include "boot.h"
#include "exit_code.h"
#include "hal.h"
#include "program.h"
#include "unpack.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t cycle;

static _Noreturn void power_on(void)
{
	struct image image;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no cycle outlives the power supply */
	if (!hal_flash_open("flash.bin", FLASH_BYTES, false)) {
		fprintf(stderr, "flash.bin: cannot be opened as a flash of %u bytes\n", FLASH_BYTES);
		_exit(EXIT_USAGE);
	}
	if (!boot_run(&image))
		_exit(EXIT_NO_IMAGE);
	program_run(unpack_image(&image));
}

static const char *reset_text(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL ? NULL : "fault";
	switch (WEXITSTATUS(status)) {
	case EXIT_RESTART: return "restart";
	case EXIT_OUT_OF_MEMORY: return "out of memory";
	case EXIT_EXCEPTION: return "exception";
	case EXIT_WATCHDOG: return "watchdog";
	case EXIT_STACK_OVERFLOW: return "stack overflow";
	case EXIT_FAULT: return "fault";
	default: return NULL;
	}
}

static void on_end(int number)
{
	if (cycle > 0)
		kill(cycle, SIGKILL);
	_exit(128 + number);
}

int main(int argc, char **argv)
{
	int status;
	const char *reset;
	if (argc > 2 || (argc == 2 && chdir(argv[1]) != 0)) {
		fputs("usage: loader [FOLDER]\n", stderr);
		return EXIT_USAGE;
	}
	unsetenv("TRACKER_FOLDER"); /* what runs finds its flash where the loader does */
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_end);
	signal(SIGTERM, on_end);
	do {
		cycle = fork();
		if (cycle == 0)
			power_on();
		if (cycle < 0 || waitpid(cycle, &status, 0) < 0) {
			perror("loader");
			return EXIT_FAILED;
		}
		reset = reset_text(status);
		printf("-- %s\n", reset ? reset : "off");
	} while (reset);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
