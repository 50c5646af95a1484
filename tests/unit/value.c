/* Values by the key's kind: forms, ranges, defaults, hyperparameters and rows. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"
#include "tables.h"
#include "value.h"

static struct hyperparameter rate = {.name = "rate", .kind = KIND_FLOAT, .fallback = "0.25"};

static bool read_as(struct names *n, const struct key *k, const char *text, struct value *v)
{
	char path[] = "/tmp/trainc-unit-XXXXXX";
	const struct yaml *root = NULL;
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	if (yaml_read(n->arena, path, n->diag, &root) != YAML_OK)
		abort();
	unlink(path);
	int before = diag_errors(n->diag);
	bool ok = value_read(n, k, "test", root, v);
	CHECK(ok == (diag_errors(n->diag) == before));
	return ok;
}

static void numbers(struct names *n)
{
	static const struct key count = {.name = "n", .kind = KIND_INT, .min = 1, .max = 9}, x = {.name = "x", .kind = KIND_FLOAT};
	static const struct key part = {.name = "p", .kind = KIND_FRACTION};
	static const struct key below = {.name = "b", .kind = KIND_FLOAT, .max = 1, .below_max = true};
	static const char *const not_whole[] = {"0", "10", "1.0", "'1'", "+1", "01", "0x1", "1e0", "one", "[1]", "{a: 1}", "~",
		"2147483648"};
	static const char *const not_numbers[] = {"inf", "-.inf", ".nan", "0x1p3", "'1'", "1,5", "[1]", "1e999"};
	struct value v;
	CHECK(read_as(n, &count, "7", &v) && v.number == 7 && v.integers[0] == 7 && v.given && !v.none);
	for (size_t i = 0; i < sizeof not_whole / sizeof *not_whole; i++)
		CHECK(!read_as(n, &count, not_whole[i], &v));
	CHECK(read_as(n, &x, "1.0e-6", &v) && v.number == 1e-6);
	CHECK(read_as(n, &x, "-3", &v) && v.number == -3);
	n->diag = diag_new(n->arena);
	for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++)
		CHECK(!read_as(n, &x, not_numbers[i], &v));
	CHECK(read_as(n, &part, "1/255", &v) && v.number == 1.0 / 255);
	CHECK(read_as(n, &part, "'1/4'", &v) && v.number == 0.25);
	CHECK(!read_as(n, &part, "1/0", &v) && !read_as(n, &part, "1//2", &v) && !read_as(n, &part, "/2", &v));
	CHECK(read_as(n, &below, "0", &v) && read_as(n, &below, "0.999", &v) && !read_as(n, &below, "1", &v));
	n->diag = diag_new(n->arena);
}

static void words(struct names *n)
{
	static const struct key flag = {.name = "f", .kind = KIND_BOOL}, text = {.name = "t", .kind = KIND_STRING};
	static const char *const strings[] = {"y", "n", "on", "off", "true", "1", "1.5"};
	struct value v;
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		CHECK(read_as(n, &text, strings[i], &v));
		SAME(v.text, strings[i]);
	}
	CHECK(read_as(n, &flag, "true", &v) && v.number == 1 && read_as(n, &flag, "False", &v) && v.number == 0);
	CHECK(!read_as(n, &flag, "yes", &v) && !read_as(n, &flag, "1", &v) && !read_as(n, &flag, "'true'", &v));
}

static bool four(const struct value *v, long t, long b, long l, long r)
{
	return v->integers[0] == t && v->integers[1] == b && v->integers[2] == l && v->integers[3] == r;
}

static void lists(struct names *n)
{
	static const struct key pair = {.name = "p", .kind = KIND_PAIR}, padding = {.name = "p", .kind = KIND_PADDING};
	static const struct key shape = {.name = "s", .kind = KIND_SHAPE, .min = 1, .max = 100};
	struct value v;
	CHECK(read_as(n, &pair, "3", &v) && v.count == 2 && v.integers[0] == 3 && v.integers[1] == 3);
	CHECK(read_as(n, &pair, "[2, 5]", &v) && v.integers[0] == 2 && v.integers[1] == 5);
	CHECK(!read_as(n, &pair, "[2]", &v) && !read_as(n, &pair, "[a, 2]", &v) && !read_as(n, &pair, "{a: 2}", &v));
	CHECK(read_as(n, &padding, "2", &v) && four(&v, 2, 2, 2, 2));
	CHECK(read_as(n, &padding, "[1, 2]", &v) && four(&v, 1, 1, 2, 2));
	CHECK(read_as(n, &padding, "[[1, 2], [3, 4]]", &v) && four(&v, 1, 2, 3, 4));
	CHECK(!read_as(n, &padding, "[[1], [3, 4]]", &v) && !read_as(n, &padding, "[[[1], 2], 3]", &v));
	CHECK(read_as(n, &shape, "[28, 28, 1]", &v) && v.count == 3 && v.integers[1] == 28);
	CHECK(!read_as(n, &shape, "28", &v) && !read_as(n, &shape, "[]", &v) && !read_as(n, &shape, "[1, 0]", &v));
	n->diag = diag_new(n->arena);
}

static void hyperparameter(struct names *n)
{
	static const struct key runtime = {.name = "rate", .kind = KIND_FLOAT, .max = 1, .below_max = true, .runtime = true};
	static const struct key fixed = {.name = "units", .kind = KIND_INT}, whole = {.name = "n", .kind = KIND_INT, .runtime = true};
	struct value v;
	CHECK(read_as(n, &runtime, "$rate", &v) && v.hyperparameter == &rate && v.number == 0.25 && rate.used);
	CHECK(rate.has_min && rate.min == 0 && rate.has_max && rate.max < 1 && rate.max > 0.999);   /* the key's bounds */
	CHECK(!read_as(n, &fixed, "$rate", &v) && !read_as(n, &whole, "$rate", &v) && !read_as(n, &runtime, "$rat", &v));
}

static void rows(struct names *n)
{
	static const struct key k = {.name = "initializer", .kind = KIND_ROW, .fallback = "zeros", .rows = initializers};
	struct value v;
	CHECK(read_as(n, &k, "he_normal", &v));
	SAME(v.call->row->name, "he_normal");
	CHECK(read_as(n, &k, "{constant: {value: 2}}", &v) && call_value(v.call, "value")->number == 2);
	CHECK(read_as(n, &k, "{random_normal: }", &v) && call_value(v.call, "stddev")->number == 0.05);
	CHECK(!read_as(n, &k, "~", &v) && !read_as(n, &k, "[zeros]", &v) && !read_as(n, &k, "{zeros: {value: 1}}", &v));
	value_default(n, &k, (struct at){0}, &v);
	CHECK(!v.given && !strcmp(v.call->row->name, "zeros"));
	CHECK(row_find(losses, "mse") && row_find(losses, "mse") == row_find(losses, "mean_squared_error") && !row_find(losses, "mes"));
}

int main(void)
{
	struct arena *a = arena_new();
	struct hyperparameter *all[] = {&rate};
	struct names n = {.arena = a, .diag = diag_new(a), .hyperparameters = all, .n_hyperparameters = 1};
	numbers(&n);
	words(&n);
	lists(&n);
	hyperparameter(&n);
	rows(&n);
	arena_free(a);
	return checks_failed();
}
