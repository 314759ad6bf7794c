/* Lines on the console. */
#ifndef CONSOLE_H
#define CONSOLE_H

/* One line: `prefix`, then `text`. */
void console_line(const char *prefix, const char *text);

#endif
