/* dense: the train program. Written by trainc 0.1.0 from spec.yaml. */
#include "model.h"

int main(int argc, char **argv)
{
	return rt_main(&model, NULL, argc, argv);
}
