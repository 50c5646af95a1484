/* What reading weights is made of: an archive's one file, HDF5's values with every type and size checked, and Keras's
 * layout of them. */
#ifndef TRAINC_CHECKPOINT_H
#define TRAINC_CHECKPOINT_H
#include "internal.h"
#include <hdf5.h>

/* Whether a file of this name holds Keras's weights: .hd5, .hdf5, .h5, not hidden. */
bool rt_is_weights_name(const char *name);
/* Whether it may be an archive that holds them: .tar.gz, not hidden. */
bool rt_is_archive_name(const char *path);

/* Sets s from the file or archive at path, within limits of time and memory; -1 after rt_fail. */
int rt_read_apart(struct rt_state *s, const struct rt_model *m, const char *path);

/* Reads the only file of weights in the gzipped (or plain) tar archive into *data (malloc) and its size. Files larger than
 * most are refused. -1 after rt_fail. */
int rt_archive_read(const char *path, size_t most, char **data, size_t *size);

/* Sets s from a Keras file's bytes; path is for messages. note, RT_REASON bytes, tells of what was left aside. -1 after
 * rt_fail. */
int rt_keras_read(struct rt_state *s, const struct rt_model *m, const char *path, const char *bytes, size_t size, char *note);

/* ---- checkpoint_hdf5.c: nothing in the file is trusted; each returns false or NULL for what is not as it should be ---- */

struct rt_names { char **list; int n; };    /* malloc */

/* The file in these bytes, which may be freed after; negative if it is none. To be closed with H5Fclose. */
hid_t rt_hdf5_open(const char *bytes, size_t size);
/* A group below another; negative if there is none. To be closed with H5Gclose. */
hid_t rt_hdf5_group(hid_t parent, const char *name);
/* The attribute's strings, fixed or variable, also when cut in chunks (name0, name1 …); none from an empty array. */
bool rt_hdf5_names(hid_t object, const char *name, struct rt_names *names);
void rt_names_free(struct rt_names *names);
/* The attribute's single string; malloc, NULL if there is none. */
char *rt_hdf5_text(hid_t object, const char *name);
/* The sizes of a data set of numbers in the file itself; its rank, at most 4, or -1. */
int rt_hdf5_shape(hid_t group, const char *name, long dims[4]);
/* All numbers of a data set whose count the caller has checked by its shape. */
bool rt_hdf5_reals(hid_t group, const char *name, real *values);
/* A data set or an attribute of one number. */
bool rt_hdf5_number(hid_t group, const char *name, double *number);
bool rt_hdf5_number_attribute(hid_t object, const char *name, double *number);

#endif
