/* gradient[e] = sum over slots, in order, of the slot's sums[e] */
KERNEL {{function}}({{parameters}})
{
	const int slots = work.slots;

	EACH (e, {{count}}) {
		real sum = 0;
		for (int s = 0; s < slots; s++)
			sum += sums[(size_t)s * SLOT + e];
		gradient[e] = sum;
	}
}
