#include "program.h"

#include "exit_code.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define mxLinux 1
#include "screen.h" /* the SDK's: build/simulators/modules */

/* How often the simulator calls a program that has an animation. */
#define IDLE_MS 50

/* The SDK's xsCommon.h. */
enum { XS_OUT_OF_MEMORY = 1, XS_STACK_OVERFLOW = 2, XS_NATIVE_STACK_OVERFLOW = 9 };

static void on_abort(txScreen *screen, int status)
{
	(void)screen;
	fflush(NULL);
	switch (status) {
	case XS_OUT_OF_MEMORY: _exit(EXIT_OUT_OF_MEMORY);
	case XS_STACK_OVERFLOW:
	case XS_NATIVE_STACK_OVERFLOW: _exit(EXIT_STACK_OVERFLOW);
	default: _exit(EXIT_EXCEPTION);
	}
}

static void ignore(txScreen *screen)
{
	(void)screen;
}

struct message {
	txScreen *screen;
	int byte_length;
	char bytes[];
};

static gboolean deliver(gpointer data)
{
	struct message *message = data;
	message->screen->invoke(message->screen, message->bytes, message->byte_length);
	free(message);
	return G_SOURCE_REMOVE;
}

/* `byte_length` 0: text. */
static void post(txScreen *screen, char *bytes, int byte_length)
{
	size_t held = byte_length ? (size_t)byte_length : strlen(bytes) + 1;
	struct message *message = malloc(sizeof *message + held);
	if (!message)
		abort();
	message->screen = screen;
	message->byte_length = byte_length;
	memcpy(message->bytes, bytes, held);
	g_idle_add(deliver, message);
}

static gboolean on_idle(gpointer data)
{
	txScreen *screen = data;
	if (screen->idle)
		screen->idle(screen);
	return G_SOURCE_CONTINUE;
}

static void start(txScreen *screen, double interval)
{
	(void)interval;
	g_timeout_add(IDLE_MS, on_idle, screen);
}

static txScreenLaunchProc load(int file)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	void *library = dlopen(path, RTLD_NOW);
	void *launch = library ? dlsym(library, "fxScreenLaunch") : NULL;
	if (!launch) {
		fprintf(stderr, "fault: %s\n", dlerror());
		_exit(EXIT_FAULT);
	}
	return (txScreenLaunchProc)launch;
}

_Noreturn void program_run(int file)
{
	static txScreen screen = {
		.abort = on_abort,
		.bufferChanged = ignore,
		.formatChanged = ignore,
		.post = post,
		.start = start,
		.stop = ignore,
		.width = 1,
		.height = 1,
	};
	txScreenLaunchProc launch = load(file);
	g_mutex_init(&screen.workersMutex);
	launch(&screen);
	if (!screen.machine) {
		fputs("fatal: no machine\n", stderr);
		_exit(EXIT_OUT_OF_MEMORY);
	}
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	_exit(EXIT_STOPPED);
}
