#include "options.h"

#include "hal.h"
#include "probe.h"

#define OPTIONS_BYTES 256
#define WORDS_MAX 16

/* Cuts `text` at its spaces. @returns the number of words, -1 if there are too many */
static int split_words(char *text, char *words[WORDS_MAX])
{
	int count = 0;
	bool in_word = false;
	for (; *text; text++)
		if (*text == ' ') {
			*text = 0;
			in_word = false;
		} else if (!in_word) {
			if (count == WORDS_MAX)
				return -1;
			words[count++] = text;
			in_word = true;
		}
	return count;
}

struct run_options options_read(void)
{
	static char text[OPTIONS_BYTES];
	char *words[WORDS_MAX];
	struct run_options options = run_options_default();
	int count = probe_options(text, sizeof text) ? split_words(text, words) : -1;
	if (count < 0 || !run_options_parse(&options, count, words))
		hal_exit(EXIT_USAGE);
	return options;
}
