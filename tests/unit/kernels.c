/* Every row of the kernels' tables: its phases take roles that exist, none twice; each has a template; and that template uses
 * each role by the name that the generated parameter list gives it. What a template takes but its row does not list, or the
 * other way round, the C compiler refuses in the emitted program (unknown name, unused parameter). */
#include <ctype.h>
#include <string.h>
#include "check.h"
#include "tables.h"
#include "target.h"
#include "template.h"

static const struct embedded *find_template(const char *name)
{
	for (const struct embedded *e = embedded_templates; e->name; e++)
		if (!strcmp(e->name, name))
			return e;
	return NULL;
}

/* The length of the parameter's name in C up to the input's number */
static size_t fixed_length(const char *name)
{
	return strcspn(name, "%");
}

static bool has_word(const char *text, const char *word)
{
	const size_t length = fixed_length(word);
	for (const char *at = text; (at = strstr(at, word[length] ? "{{index}}" : word)); at++) {
		if (word[length] && at >= text + length && !strncmp(at - length, word, length))
			return true;
		const char before = at > text ? at[-1] : ' ', after = at[length];
		if (!word[length] && !isalnum((unsigned char)before) && before != '_' && !isalnum((unsigned char)after) && after != '_')
			return true;
	}
	return false;
}

static bool uses(const char *name, const char *word)
{
	const struct embedded *e = find_template(name);
	if (!e)
		return false;
	if (has_word(e->text, word))
		return true;
	for (const char *at = e->text; (at = strstr(at, "{{>")); at++) {
		char partial[128] = "";
		sscanf(at, "{{>%127[^}]", partial);
		if (uses(partial, word))
			return true;
	}
	return false;
}

static void check_template(const struct phase *p, const char *name)
{
	CHECK(find_template(name));
	CHECK(p->domain == DOMAIN_LIBRARY || uses(name, "{{parameters}}"));
	for (int i = 0; p->takes[i] && p->domain != DOMAIN_LIBRARY; i++) {
		const char *word = roles[p->takes[i] & ROLE_MASK].name;
		if (!uses(name, word))
			printf("%s does not use %s\n", name, word);
		CHECK(uses(name, word));
	}
}

static void check_roles(const struct phase *p)
{
	int n = 0;
	for (; n < PHASE_ROLES && p->takes[n]; n++) {
		const int role = p->takes[n] & ROLE_MASK;
		CHECK(role < ROLES && roles[role].name && roles[role].kind != ROLE_CONDITION);
		for (int i = 0; i < n; i++)
			CHECK((p->takes[i] & ROLE_MASK) != role);
	}
	CHECK(n < PHASE_ROLES);
}

static void check_phases(const struct target *t, const struct kernel *k, const struct phase *phases)
{
	for (const struct phase *p = phases; p->name; p++) {
		char name[256];
		check_roles(p);
		for (const struct row *const *loss = losses; *loss && k->by_function; loss++) {
			snprintf(name, sizeof name, "%s/%s/%s_%s%s", t->name, k->name, (*loss)->name, p->name, t->suffix);
			check_template(p, name);
		}
		snprintf(name, sizeof name, "%s/%s/%s%s", t->name, k->name, p->name, t->suffix);
		if (!k->by_function)
			check_template(p, name);
	}
}

int main(void)
{
	for (int role = NO_ROLE + 1; role < ROLES; role++)
		CHECK(roles[role].name);
	for (const struct target *const *t = targets; *t; t++)
		for (const struct kernel *const *k = (*t)->kernels; *k; k++) {
			const struct phase *const lists[] = {(*k)->pack, (*k)->forward, (*k)->backward, (*k)->side_stream, (*k)->finish, (*k)->prepare,
				(*k)->evaluate};
			for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
				check_phases(*t, *k, lists[i]);
		}
	return checks_failed();
}
