# cmake -DFOLDER=templates -DOUT=templates_embedded.c -P embed.cmake: every file below FOLDER as a C string, sorted by
# name; see struct embedded in compiler/template.h.
file(GLOB_RECURSE names RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT names)
set(rows "")
foreach(name IN LISTS names)
	file(READ ${FOLDER}/${name} text)
	string(REPLACE "\\" "\\\\" text "${text}")
	string(REPLACE "\"" "\\\"" text "${text}")
	string(REPLACE "?" "\\?" text "${text}")             # C11 has trigraphs
	string(REPLACE "\t" "\\t" text "${text}")
	string(REPLACE "\r" "\\r" text "${text}")
	string(REPLACE "\n" "\\n\"\n\t\"" text "${text}")
	file(SIZE ${FOLDER}/${name} size)
	string(APPEND rows "\t{\"${name}\",\n\t\"${text}\", ${size}},\n")
endforeach()
file(WRITE ${OUT} "/* Written by cmake/embed.cmake from templates/. */\n#include \"template.h\"\n\n"
	"const struct embedded embedded_templates[] = {\n${rows}\t{0, 0, 0},\n};\n")
