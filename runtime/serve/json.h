/* JSON as events, by simdjson, which is C++: the rest of serve is C and sees this. */
#ifndef TRAINC_JSON_H
#define TRAINC_JSON_H
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rt_json_value { RT_JSON_NUMBER, RT_JSON_STRING, RT_JSON_ARRAY, RT_JSON_OBJECT, RT_JSON_NULL, RT_JSON_BOOLEAN };

/* What is told of a text, in its order; false ends the reading. Nothing is believed of what has not been told to its end. */
struct rt_json_reader {
	bool (*value)(void *data, enum rt_json_value what);             /* all but numbers; of arrays and objects the beginning */
	bool (*number)(void *data, double number);                      /* infinite: too large for a double */
	bool (*key)(void *data, const char *name, size_t size);
	bool (*array_end)(void *data);
};

enum rt_json_result { RT_JSON_READ, RT_JSON_ENDED, RT_JSON_WRONG };

/* size bytes of text with RT_JSON_BEHIND readable ones behind, the first of them a NUL. Recurses into arrays and objects as deep
 * as `value` lets it. RT_JSON_ENDED: a function returned false. RT_JSON_WRONG: not JSON, *at says where, or not enough memory. */
enum { RT_JSON_BEHIND = 64 };
enum rt_json_result rt_json_read(const char *text, size_t size, const struct rt_json_reader *reader, void *data, size_t *at);

#ifdef __cplusplus
}
#endif

#endif
