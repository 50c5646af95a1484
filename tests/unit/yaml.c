/* Reading YAML: positions, quotes, aliases, merge keys, and documents too large to stand as files under tests/errors. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "check.h"
#include "yaml.h"

struct reading { struct arena *arena; struct diag *diag; const struct yaml *root; enum yaml_status status; };

static struct reading read_text(const char *text, size_t size)
{
	char path[] = "/tmp/trainc-unit-XXXXXX";
	struct reading r = {.arena = arena_new()};
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		abort();
	close(fd);
	r.diag = diag_new(r.arena);
	r.status = yaml_read(r.arena, path, r.diag, &r.root);
	unlink(path);
	return r;
}

static void kinds_and_places(void)
{
	static const char text[] = "a: 1\nlist: [x, \"y\", 'n']\nempty:\n\"quoted key\": |\n  block\n";
	struct reading r = read_text(text, strlen(text));
	CHECK(r.status == YAML_OK && r.root && r.root->kind == YAML_MAPPING && r.root->n == 4);
	const struct yaml *one = yaml_get(r.root, "a"), *list = yaml_get(r.root, "list"), *empty = yaml_get(r.root, "empty");
	CHECK(one->kind == YAML_SCALAR && !one->quoted && one->at.line == 1 && one->at.column == 4);
	CHECK(list->kind == YAML_SEQUENCE && list->n == 3 && list->items[1]->quoted && list->items[2]->quoted &&
		!list->items[0]->quoted);
	CHECK(list->items[1]->at.line == 2 && list->items[1]->at.column == 11);
	CHECK(empty->kind == YAML_SCALAR && !*empty->text && !empty->quoted);
	SAME(yaml_get(r.root, "quoted key")->text, "block\n");
	CHECK(r.root->pairs[1].at.line == 2 && r.root->pairs[1].at.column == 1);
	CHECK(!yaml_get(r.root, "none"));
	arena_free(r.arena);
}

static void merges(void)
{
	static const char text[] = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none: {<<: *b, y: 9}\n"
		"two: {<<: [*b, *m]}\nsame: *b\n";
	struct reading r = read_text(text, strlen(text));
	CHECK(r.status == YAML_OK && !diag_errors(r.diag));
	const struct yaml *one = yaml_get(r.root, "one"), *two = yaml_get(r.root, "two");
	SAME(yaml_get(one, "x")->text, "1");
	SAME(yaml_get(one, "y")->text, "9");
	SAME(yaml_get(two, "y")->text, "2");
	SAME(yaml_get(two, "z")->text, "4");
	CHECK(one->n == 2 && two->n == 3 && yaml_get(r.root, "same")->n == 2);
	arena_free(r.arena);
}

/* count times part, ended by tail: wrong, and said so, not slow and no crash. */
static void refuses(const char *part, int count, const char *tail)
{
	struct arena *a = arena_new();
	struct text t = {.arena = a};
	for (int i = 0; i < count; i++)
		text_add(&t, part);
	text_add(&t, tail);
	struct reading r = read_text(t.text, t.size);
	CHECK(r.status == YAML_WRONG && diag_errors(r.diag) == 1);
	arena_free(r.arena);
	arena_free(a);
}

static void unreadable(void)
{
	struct arena *a = arena_new();
	struct diag *d = diag_new(a);
	const struct yaml *root = NULL;
	CHECK(yaml_read(a, "/no/such/file", d, &root) == YAML_UNREADABLE && !diag_errors(d) && !root);
	CHECK(yaml_read(a, "/tmp", d, &root) == YAML_UNREADABLE && !root);
	arena_free(a);
}

/* A byte order mark moves no column; another encoding is said by name. */
static void byte_order_marks(void)
{
	static const char marked[] = "\xef\xbb\xbf" "a: 1\n", alone[] = "\xef\xbb\xbf", wrong[] = "\xef\xbb\xbf" "a: [\n";
	static const char little[] = "\xff\xfe" "a\0:\0 \0" "1\0", plain[] = "a\0:\0 \0" "1\0";
	struct reading r = read_text(marked, sizeof marked - 1);
	CHECK(r.status == YAML_OK && r.root->n == 1 && r.root->pairs[0].at.column == 1 && r.root->at.source->text[0] == 'a');
	SAME(r.root->pairs[0].key, "a");
	arena_free(r.arena);
	const struct { const char *text; size_t size; const char *said; } refused[] = {
		{alone, sizeof alone - 1, "the spec is empty"}, {wrong, sizeof wrong - 1, ":2:1: error"},
		{little, sizeof little - 1, "UTF-16"}, {plain, sizeof plain - 1, "UTF-16"},
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		char said[1024] = "";
		FILE *out = fmemopen(said, sizeof said, "w");
		r = read_text(refused[i].text, refused[i].size);
		diag_print(r.diag, out, false);
		fclose(out);
		CHECK(r.status == YAML_WRONG && strstr(said, refused[i].said));
		arena_free(r.arena);
	}
}

int main(void)
{
	kinds_and_places();
	merges();
	byte_order_marks();
	refuses("- x\n", 20001, "");
	refuses("# comment\n", 200000, "a: 1\n");
	refuses("[", 400000, "");
	refuses("{a: ", 100000, "");
	refuses("- ", 100000, "x\n");
	refuses("? ", 50000, "x\n");
	refuses("a: &a [*a]\n", 1, "");
	refuses("", 0, "%YAML 3.0\n--- a: 1\n");
	unreadable();
	return checks_failed();
}
