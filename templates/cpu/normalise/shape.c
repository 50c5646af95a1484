enum { PIXELS = {{outer}}, CHANNELS = {{length}} };
