{{#nk}}
normalise_end(statistics, slot_index, own, moments);
{{/nk}}
