/* {{name}}: the train program. Written by trainc {{compiler}} from {{file_comment}}. */
#include "model.h"

int main(int argc, char **argv)
{
	return rt_main(&model, {{#several_hosts}}&rt_gloo{{/several_hosts}}{{^several_hosts}}NULL{{/several_hosts}}, argc, argv);
}
