/* For tests that take the runtime's place: the program's tables and step, and what tables.c names besides. */
#ifndef TEST_STAND_INS_H
#define TEST_STAND_INS_H
#include <trainc/rt.h>

extern const struct rt_model model;
extern const struct rt_code rt_code_test;

/* What tables.c names besides. */
const struct rt_code rt_code_amx, rt_code_avx512bf16, rt_code_avx512, rt_code_avx2, rt_code_x86_64, rt_code_neon, rt_code_generic;
int rt_main(const struct rt_model *m, const struct rt_network *network, int argc, char **argv)
{
	(void)m, (void)network, (void)argc, (void)argv;
	return 0;
}
int rt_export_keras(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *f)
{
	(void)e, (void)m, (void)s, (void)f;
	return 0;
}
int rt_export_mxnet(const struct rt_export *e, const struct rt_model *m, const struct rt_state *s, struct rt_files *f)
{
	return rt_export_keras(e, m, s, f);
}

#endif
