/* y = x / (1 - rate) where kept, 0 where dropped: element e is dropped when its random number is below rate */
KERNEL {{function}}({{parameters}})
{
	{{>cuda/mask/random.cu}}
			y[e] = words[j] < below ? 0 : x[e] * scale;
		}
	}
}
