/* Max-pooling of any windows in vectors of channels; that of 2x2 behind a convolution is a matter of the convolution's. */
#include "kernel.h"

COVERS(max_pool)

const struct kernel max_pool = {
	.name = "max_pool", .summary = "largest of each window, in vectors of channels", .covers = covers_max_pool, .cost = 0.5,
	.forward = {{"forward", DOMAIN_SAMPLE, .takes = {X, MAKES(Y)}}},
	.backward = {{"backward", DOMAIN_SAMPLE, .takes = {X, DY, DX}, .only_if = DX}},
};
