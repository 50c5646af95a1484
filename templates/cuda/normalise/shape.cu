enum { OUTER = {{outer}}, LENGTH = {{length}}, INNER = {{inner}}, COUNT = OUTER * INNER, SIZE = COUNT * LENGTH };
