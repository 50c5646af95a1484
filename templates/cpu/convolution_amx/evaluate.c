{{>cpu/add/activation.c}}
{{>cpu/winograd/activation.c}}

/* As forward, without dropout and with nothing saved. */
NOINLINE void {{function}}({{parameters}})
{
	{{>cpu/convolution_amx/shape.c}}
	const struct amx_window window = amx_forward(s);
	bf16 *image = (bf16 *)scratch;
	float *sums = (float *)scratch + amx_image_size(s, IN_C);

	amx_inputs(s, (struct input){.x = x}, image);
	amx_open_rows(window);
	{{>cpu/convolution_amx/outputs.c}}
				(void)which;
				vec_store_channels(y + at, out, c, OUT_C);
			}
		}
	amx_close();
}
