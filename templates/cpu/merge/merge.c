/* gradient[e] = sum over slots, in order, of the slot's sums[e]; a tile is ROWS elements */
NOINLINE void {{function}}({{parameters}})
{
	enum { COUNT = {{count}}, ROWS = 4096 };
	const int slots = rt_slot_count(work->n), begin = tile * ROWS, end = begin + ROWS < COUNT ? begin + ROWS : COUNT;

	memcpy(gradient + begin, sums + begin, sizeof *gradient * (size_t)(end - begin));
	for (int s = 1; s < slots; s++)
		for (int e = begin; e < end; e++)
			gradient[e] += sums[(size_t)s * SLOT + (size_t)e];
}
