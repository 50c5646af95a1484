/* Text from outside as messages, logs and answers show it: whole letters in UTF-8, on one line. */
#ifndef TRAINC_SHOWN_H
#define TRAINC_SHOWN_H
#include <stddef.h>

/* Writes up to size bytes of text, or up to its NUL, into `to` with a NUL behind, and returns how many bytes that are. Control
 * characters and bytes that are no UTF-8 become \n, \t or \xNN. What does not fit into room is cut between two letters, with
 * an ellipsis behind. Room is at least 8. */
size_t rt_show_into(char *to, size_t room, const char *text, size_t size);

/* The same for a name or a value within a message: rt_fail(…, "no key '%s'", rt_show(key, size).text). */
enum { RT_SHOWN = 132 };
struct rt_shown { char text[RT_SHOWN]; };
struct rt_shown rt_show(const char *text, size_t size);

#endif
