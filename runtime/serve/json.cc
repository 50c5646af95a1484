/* simdjson's on-demand parser: it finds a text's structure first, with vectors, and reads values as they are asked for. */
#include "json.h"
#include <cmath>
#include <cstdlib>
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

using namespace simdjson;

static_assert(RT_JSON_BEHIND >= SIMDJSON_PADDING, "simdjson reads as many bytes behind a text");

namespace {

const char *token(ondemand::value &value)
{
	return value.raw_json_token().data();
}

const char *token(ondemand::document &document)
{
	std::string_view text;
	return document.raw_json_token().get(text) ? "" : text.data();
}

/* Bytes before the first that is not UTF-8: simdjson tells only that there is one. */
size_t valid_bytes(const char *text, size_t size)
{
	size_t good = 0, bad = size;
	while (bad - good > 1) {
		const size_t middle = good + (bad - good) / 2;
		size_t end = middle;
		while (end > good && (text[end] & 0xc0) == 0x80)     /* within a letter */
			end--;
		if (end > good && !validate_utf8(text, end))
			bad = end;
		else
			good = middle;
	}
	return good;
}

/* One reading. An error of simdjson's is the last thing that happens; `ended` tells that a function returned false. */
struct reading {
	const struct rt_json_reader *to;
	void *data;
	bool ended = false;

	error_code go_on(bool more)
	{
		ended = ended || !more;
		return more ? SUCCESS : INDEX_OUT_OF_BOUNDS;
	}

	/* simdjson calls numbers beyond a double wrong, which JSON does not. */
	template <typename Value> error_code number(Value &value)
	{
		double found;
		const error_code error = value.get_double().get(found);
		if (error) {
			const char *text = token(value);
			char *end;
			found = strtod(text, &end);
			if (error != NUMBER_ERROR || std::isfinite(found) || !strchr(" \t\r\n,]}", *end) || !strchr("-0123456789", *text))
				return error;
		}
		return go_on(to->number(data, found));
	}

	error_code array(ondemand::array items)
	{
		for (auto item : items) {
			ondemand::value value;
			if (error_code error = item.get(value))
				return error;
			if (error_code error = any(value))
				return error;
		}
		return go_on(to->array_end(data));
	}

	error_code object(ondemand::object fields)
	{
		for (auto field : fields) {
			std::string_view name;
			ondemand::value value;
			if (error_code error = field.unescaped_key().get(name))
				return error;
			if (error_code error = go_on(to->key(data, name.data(), name.size())))
				return error;
			if (error_code error = field.value().get(value))
				return error;
			if (error_code error = any(value))
				return error;
		}
		return SUCCESS;
	}

	/* A value, or the document, which has the same functions but no type in common with it */
	template <typename Value> error_code any(Value &value)
	{
		ondemand::json_type type;
		std::string_view text;
		bool truth, none;
		if (error_code error = value.type().get(type))
			return error;
		switch (type) {
		case ondemand::json_type::number:
			return number(value);
		case ondemand::json_type::array: {
			ondemand::array items;
			if (error_code error = go_on(to->value(data, RT_JSON_ARRAY)))
				return error;
			if (error_code error = value.get_array().get(items))
				return error;
			return array(items);
		}
		case ondemand::json_type::object: {
			ondemand::object fields;
			if (error_code error = go_on(to->value(data, RT_JSON_OBJECT)))
				return error;
			if (error_code error = value.get_object().get(fields))
				return error;
			return object(fields);
		}
		case ondemand::json_type::string:
			if (error_code error = value.get_string().get(text))
				return error;
			return go_on(to->value(data, RT_JSON_STRING));
		case ondemand::json_type::boolean:
			if (error_code error = value.get_bool().get(truth))
				return error;
			return go_on(to->value(data, RT_JSON_BOOLEAN));
		case ondemand::json_type::null:
			if (error_code error = value.is_null().get(none))
				return error;
			return none ? go_on(to->value(data, RT_JSON_NULL)) : N_ATOM_ERROR;
		}
		return TAPE_ERROR;
	}
};

}

enum rt_json_result rt_json_read(const char *text, size_t size, const struct rt_json_reader *reader, void *data, size_t *at)
{
	ondemand::parser parser;
	ondemand::document document;
	reading r{reader, data};
	error_code error = parser.iterate(text, size, size + SIMDJSON_PADDING).get(document);
	if (error) {
		*at = error == UTF8_ERROR ? valid_bytes(text, size) : size;      /* else the text ends too soon */
		return RT_JSON_WRONG;
	}
	error = r.any(document);
	const char *next;
	if (error == INCOMPLETE_ARRAY_OR_OBJECT || document.current_location().get(next))
		next = text + size;
	*at = (size_t)(next - text);
	if (r.ended)
		return RT_JSON_ENDED;
	return error || next < text + size ? RT_JSON_WRONG : RT_JSON_READ;
}
