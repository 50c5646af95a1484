/* Numbers as Python prints them; what Python 3 said stands beside each. Dictionaries: tests/runtime. */
#include "internal.h"
#include <math.h>
#include <string.h>
#include "check.h"

static const struct { double x; const char *wanted; } numbers[] = {
	{0, "0.0"}, {-0.0, "-0.0"}, {1, "1.0"}, {-1.5, "-1.5"}, {0.1, "0.1"}, {0.1 + 0.2, "0.30000000000000004"}, {100, "100.0"},
	{1e15, "1000000000000000.0"}, {1e16, "1e+16"}, {123456789012345680.0, "1.2345678901234568e+17"}, {0.0001, "0.0001"},
	{0.00001, "1e-05"}, {0.00012345, "0.00012345"}, {1.5e-7, "1.5e-07"}, {1e100, "1e+100"}, {5e-324, "5e-324"},
	{1.7976931348623157e308, "1.7976931348623157e+308"}, {0.9916, "0.9916"}, {0.025707698954685294, "0.025707698954685294"},
	{9007199254740993.0, "9007199254740992.0"}, {1.0 / 3, "0.3333333333333333"}, {2.5e15, "2500000000000000.0"},
	{INFINITY, "inf"}, {-INFINITY, "-inf"}, {NAN, "nan"},
};

int main(void)
{
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char text[RT_DOUBLE];
		rt_repr_double(text, numbers[i].x);
		SAME(text, numbers[i].wanted);
	}
	return checks_failed();
}
