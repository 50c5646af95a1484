/* A program that embeds rt_main, with words that are not its own: ./host LOG WORD... writes a line to LOG at its beginning,
 * trains twice in one process, and says so. */
#define main tiny_main
#include "tiny_model.c"
#undef main

int main(int argc, char **argv)
{
	FILE *log = fopen(argv[1], "a");
	if (argc < 2 || !log || fputs("began\n", log) < 0 || fclose(log))
		return 2;
	for (int job = 0; job < 2; job++)
		if (tiny_main(argc - 1, argv + 1))
			return 1;
	printf("The host goes on\n");
	return 0;
}
