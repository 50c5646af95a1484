/* {{name}}: the train program. Written by trainc {{compiler}} from {{file_comment}}. */
#include "model.h"

int main(int argc, char **argv)
{
	return rt_main(&model, argc, argv);
}
