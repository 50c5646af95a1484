/* dx {{assign0}} dy / (1 - rate) where forward kept x, by the same random numbers */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/mask/random.cu}}
			dx[e] {{assign0}} words[j] < below ? 0 : dy[e] * scale;
		}
	}
}
