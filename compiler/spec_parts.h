/* The parts of spec_check, one file each. Each reports to the names' diag and goes on. */
#ifndef TRAINC_SPEC_PARTS_H
#define TRAINC_SPEC_PARTS_H
#include "spec.h"
#include "value.h"

/* What all parts get. y is the part's own mapping. */
struct spec_reader { struct arena *arena; struct diag *diag; struct names names; struct spec *spec; };

void spec_hyperparameters(struct spec_reader *r, const struct yaml *y);
void spec_data(struct spec_reader *r, const struct yaml *y);
void spec_model(struct spec_reader *r, const struct yaml *y);
void spec_training(struct spec_reader *r, const struct yaml *y);
void spec_export(struct spec_reader *r, const struct yaml *y);

/* Whether y is a mapping; reports what ("data") otherwise. */
bool spec_is_mapping(struct spec_reader *r, const struct yaml *y, const char *what);
/* Whether text is of first's class, then of [A-Za-z0-9_] and more; at most 63 long. */
bool spec_is_name(const char *text, const char *more);
/* Whether y is the name of a file below its folder: relative, without "..". Reports otherwise. */
bool spec_is_file(struct spec_reader *r, const struct value *v, const char *what);

#endif
