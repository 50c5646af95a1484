/* Words of Keras's that a spec may hold one day and cannot hold yet, and words of its newer versions for what is called
 * otherwise here: so that an error says which of the two it is, and what works today. */
#ifndef TRAINC_KERAS_WORDS_H
#define TRAINC_KERAS_WORDS_H

/* ours: the word that a spec has for the same thing; else the thing is not supported, and instead is the way out as a hint
 * says it (NULL: there is none). */
struct keras_word { const char *where, *name, *ours, *instead; };

/* Ends with a NULL name. where: what messages call the place, "layer", "loss" …, or a mapping's owner; "key": any mapping. */
extern const struct keras_word keras_words[];

/* The entry of a word in a place, in whatever capitals and underscores; NULL: not Keras's, or known. */
const struct keras_word *keras_word_find(const char *where, const char *word);

#endif
