{{#nk}}
normalise_end(statistics, j, own, moments);
{{/nk}}
