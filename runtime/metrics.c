/* Loss and metrics of an epoch as Keras reports them: means over the samples so far, each taken at its own step's weights. */
#include "internal.h"

void rt_means_begin(struct rt_means *m, int metrics)
{
	*m = (struct rt_means){.n = 1 + metrics};
}

/* Samples in order, in double: the sum does not depend on threads. */
static double sum(const real *values, int n)
{
	double s = 0;
	for (int i = 0; i < n; i++)
		s += values[i];
	return s;
}

void rt_means_add(struct rt_means *m, const struct rt_work *w)
{
	m->sums[0] += sum(w->loss, w->n);
	for (int i = 1; i < m->n; i++)
		m->sums[i] += sum(w->metrics + (size_t)(i - 1) * (size_t)w->n, w->n);
	m->samples += w->n;
}

void rt_means_merge(struct rt_means *m, const struct rt_means *other)
{
	for (int i = 0; i < m->n; i++)
		m->sums[i] += other->sums[i];
	m->samples += other->samples;
}

double rt_mean(const struct rt_means *m, int i)
{
	return m->samples > 0 ? m->sums[i] / (double)m->samples : 0;
}
