/* Prints the spec and the graph: see dump.h. */
#include "dump.h"

static void print_value(FILE *out, const struct key *k, const struct value *v);

/* Without what is not supported: that is null everywhere. */
static void print_call(FILE *out, const struct call *c)
{
	const char *between = " {";
	fputs(c->row->name, out);
	for (int i = 0; c->row->keys && c->row->keys[i].name; i++) {
		if (c->row->keys[i].kind == KIND_UNSUPPORTED)
			continue;
		fputs(between, out);
		print_value(out, &c->row->keys[i], &c->values[i]);
		between = ", ";
	}
	fputs(*between == ',' ? "}" : "", out);
}

static void print_value(FILE *out, const struct key *k, const struct value *v)
{
	fprintf(out, "%s: ", k->name);
	if (v->hyperparameter)
		fprintf(out, "$%s", v->hyperparameter->name);
	else if (v->none)
		fputs("null", out);
	else if (k->kind == KIND_ROW)
		print_call(out, v->call);
	else if (v->text)
		fputs(v->text, out);
	else if (v->count > 1)
		for (int i = 0; i < v->count; i++)
			fprintf(out, "%s%ld", i ? " " : "", v->integers[i]);
	else
		fprintf(out, "%.9g", v->number);
}

static void print_calls(FILE *out, const char *what, const struct call *const *calls, int n)
{
	for (int i = 0; i < n; i++) {
		fprintf(out, "  %s ", what);
		print_call(out, calls[i]);
		fputs("\n", out);
	}
}

static void print_layer(FILE *out, const struct layer_spec *l)
{
	fprintf(out, "  layer %s", l->name);
	for (int i = 0; i < l->n_inputs; i++)
		fprintf(out, "%s%s", i ? ", " : " of ", l->inputs[i]);
	fputs(": ", out);
	print_call(out, &l->call);
	fputs("\n", out);
}

static void print_training(FILE *out, const struct spec *s)
{
	static const struct key keys[] = {{.name = "epochs"}, {.name = "batch_size"}, {.name = "gpus"}, {.name = "seed"}};
	const struct value *const values[] = {&s->epochs, &s->batch_size, &s->gpus, &s->seed};
	fputs("  training ", out);
	for (int i = 0; i < 4; i++) {
		print_value(out, &keys[i], values[i]);
		fputs(", ", out);
	}
	fprintf(out, "shuffle: %d\n", s->shuffle);
}

void dump_spec(FILE *out, const struct spec *s)
{
	fprintf(out, "spec %s from %s: %s, epsilon %g, classes %d, scale %.9g\n", s->name, s->file,
		s->channels_first ? "channels_first" : "channels_last", s->epsilon, s->classes, s->scale.number);
	for (int i = 0; i < s->n_hyperparameters; i++)
		fprintf(out, "  hyperparameter %s: default %s\n", s->hyperparameters[i]->name, s->hyperparameters[i]->fallback);
	for (int i = 0; i < CHANNELS; i++)
		if (s->channels[i].name)
			fprintf(out, "  channel %s: %s, %s\n", s->channels[i].name, s->channels[i].images, s->channels[i].labels);
	for (int i = 0; i < s->n_layers; i++)
		print_layer(out, &s->layers[i]);
	print_calls(out, "loss", &s->loss, 1);
	print_calls(out, "optimizer", &s->optimizer, 1);
	print_calls(out, "metric", s->metrics, s->n_metrics);
	print_training(out, s);
	print_calls(out, "export", s->exports, s->n_exports);
}

static void print_shape(FILE *out, struct shape s)
{
	for (int i = 0; i < s.rank; i++)
		fprintf(out, "%s%d", i ? "x" : "", s.size[i]);
}

static void print_op(FILE *out, const struct op *op)
{
	fprintf(out, "  %3d %-12s", op->index, op->type->name);
	for (int i = 0; i < op->n_in; i++)
		fprintf(out, " %s", op->in[i]->name);
	if (op->out) {
		fprintf(out, " -> %s ", op->out->name);
		print_shape(out, op->out->shape);
	}
	for (int i = 0; op->type->attributes[i]; i++)
		fprintf(out, " %s=%d", op->type->attributes[i], op->attributes[i]);
	if (op->function)
		fprintf(out, " %s", op->function->name);
	fputs("\n", out);
}

void dump_graph(FILE *out, const struct graph *g)
{
	fprintf(out, "graph: %d layers, %d operations, %ld weights, %ld trainable\n", g->n_layers, g->n_ops, g->weights, g->trainable);
	for (int i = 0; i < g->n_ops; i++)
		print_op(out, g->ops[i]);
	for (int i = 0; i < g->n_parameters; i++)
		fprintf(out, "  parameter %s/%s at %ld, %ld numbers%s\n", g->parameters[i]->layer->name, g->parameters[i]->name,
			g->parameters[i]->offset, g->parameters[i]->count, g->parameters[i]->trainable ? "" : ", not trained");
}
