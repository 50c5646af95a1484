/* {{name}}: one function for each distinct kernel. Written by trainc {{compiler}} from {{file_comment}}.
 *
 * Included by step{{variant}}.c{{^for_amx}}, and so compiled once for each instruction set{{/for_amx}}. Shapes are constants. SAMPLE kernels work on one
 * sample; those that end in a tile work on a part of the batch or of the weights.
 */
{{#functions}}

{{text}}
{{/functions}}
