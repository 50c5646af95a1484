/* Exports: one row a format; its writer is the runtime's, its texts come from compiler/exports/. */
#include "tables.h"

static const struct key keras_keys[] = {
	{.name = "file", .kind = KIND_STRING, .help = "file name below model/; {epochs} is the number asked for"},
	{.name = "include_optimizer", .kind = KIND_BOOL, .fallback = "true", .help = "saves the optimizer's state as well"},
	{0},
};
static const struct key mxnet_keys[] = {
	{.name = "prefix", .kind = KIND_STRING, .help = "of PREFIX-symbol.json and PREFIX-0000.params below model/"},
	{0},
};

static const struct export_type
	keras = {.row = {.name = "keras", .summary = "HDF5 for Keras 2.2.4, tf_keras and Keras 3", .keys = keras_keys},
		.runtime = "rt_export_keras"},
	mxnet = {.row = {.name = "mxnet", .summary = "symbol and params for MXNet 1.x", .keys = mxnet_keys},
		.runtime = "rt_export_mxnet"};

const struct row *const exports[] = {&keras.row, &mxnet.row, NULL};
