			if (n == block)
				winograd_outputs(IN_C, OUT_C, panel, block, block, v, pack, m);
			else
				winograd_outputs(IN_C, OUT_C, panel, rest, block, v, pack, m);
