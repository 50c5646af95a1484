/* POST /invocations. A request whose body is there is suspended until the batcher has predictions for it. A body that
 * takes long to read is read aside. However large an answer is compared with its request, only a part of it is in memory:
 * the batcher is given as many samples as one part takes, the next ones when the text of these is sent. */
#include "http.h"
#include <stdlib.h>
#include <string.h>

enum {
	AT_ONCE = 64 << 10,                 /* bytes that a loop reads itself */
	WHOLE = 16 << 10,                   /* numbers of an answer that is written at once, with its length */
	PART = 64 << 10,                    /* numbers of a part of one that is not */
	BLOCK = 32 << 10,                   /* bytes that libmicrohttpd asks for at a time */
};

/* ---- headers ---- */

static enum MHD_Result refuse_type(struct rt_request *r, unsigned status, const char *what, const char *found, const void *rows,
	size_t row_size)
{
	return rt_http_refuse(r, status, "%s is %s; there are %s", what, found ? rt_show(found, HEADERS).text : "not set",
		rt_types(rows, row_size).text);
}

enum MHD_Result rt_invocation_refuse_size(struct rt_request *r)
{
	return rt_http_refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %zu MiB, the most that is taken "
		"(SAGEMAKER_MAX_PAYLOAD_IN_MB)", r->server->settings.most_bytes >> 20);
}

/* Everything that the headers alone decide, before the body is taken in. */
enum MHD_Result rt_invocation_begin(struct rt_request *r)
{
	const char *type = rt_http_header(r, "Content-Type"), *accept = rt_http_header(r, "Accept");
	const char *length = rt_http_header(r, "Content-Length");
	r->reader = type ? rt_reader_find(type) : NULL;
	r->writer = rt_writer_find(accept && strcmp(accept, "*/*") ? accept : r->server->settings.accept);
	if (!r->reader)
		return refuse_type(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "Content-Type", type, rt_readers, sizeof *rt_readers);
	if (!r->writer)
		return refuse_type(r, MHD_HTTP_NOT_ACCEPTABLE, "Accept", accept, rt_writers, sizeof *rt_writers);
	if (length && strtoull(length, NULL, 10) > r->server->settings.most_bytes)
		return rt_invocation_refuse_size(r);
	return MHD_YES;
}

/* ---- memory ---- */

/* Samples of which the numbers fill a part; at least one. */
static long part_samples(const struct rt_model *m)
{
	return m->outputs < PART ? PART / m->outputs : 1;
}

/* Bytes of samples and image while a body of this size is read: forms have one byte a number or more. */
static size_t reading_bytes(const struct rt_model *m, size_t size)
{
	return sizeof(float) * size + 2 * sizeof(float) * rt_element_count(m);
}

/* Bytes behind the reading, when the body is gone. */
static size_t answering_bytes(const struct rt_model *m, size_t n)
{
	const size_t part = n < (size_t)part_samples(m) ? n : (size_t)part_samples(m);
	return (n * rt_element_count(m) + part * (size_t)m->outputs) * sizeof(float) + n * sizeof(int);
}

size_t rt_invocation_most(const struct rt_model *m, const struct rt_server_settings *s)
{
	const size_t reading = 2 * s->most_bytes + reading_bytes(m, s->most_bytes);
	const size_t answering = answering_bytes(m, s->most_bytes / rt_element_count(m) + 1);
	return reading > answering ? reading : answering;
}

/* ---- reading ---- */

/* reason is rt_fail's, "DataError: text". */
static void refuse_reason(struct rt_request *r, const char *reason)
{
	const char *text = strchr(reason, ':');
	bool ours = !strncmp(reason, "System", 6) || !strncmp(reason, "Internal", 8);
	rt_http_refuse(r, ours ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_BAD_REQUEST, "%s", text ? text + 2 : reason);
}

/* The body becomes samples. -1 after rt_fail. */
static int read_samples(struct rt_request *r)
{
	const struct rt_model *m = r->server->model;
	if (!r->size)
		return rt_fail(RT_DATA_ERROR, "the request has no body");
	if (!rt_http_hold(r, r->room + reading_bytes(m, r->size)))
		return rt_fail(RT_SYSTEM_ERROR, RT_TOO_MANY);
	if (r->reader->read(&r->samples, m, r->body, r->size))
		return -1;
	free(r->body);
	r->body = NULL;
	return rt_http_hold(r, answering_bytes(m, (size_t)r->samples.n)) ? 0 : rt_fail(RT_SYSTEM_ERROR, RT_TOO_MANY);
}

/* Room for a part of the answer, too. */
static int prepare(struct rt_request *r)
{
	const struct rt_model *m = r->server->model;
	if (read_samples(r) || rt_answer_begin(&r->answer, r->writer, m, r->samples.n))
		return -1;
	const long n = r->samples.n < part_samples(m) ? r->samples.n : part_samples(m);
	r->job.predictions = malloc((size_t)n * (size_t)m->outputs * sizeof *r->job.predictions);
	return r->job.predictions ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the predictions");
}

static bool read_body(struct rt_request *r)
{
	char reason[RT_REASON];
	rt_fail_into(reason);
	const bool done = !prepare(r);
	rt_fail_into(NULL);
	if (!done)
		refuse_reason(r, reason);
	return done;
}

/* Asks the batcher for the next part; the connection is suspended. */
static void ask(struct rt_request *r)
{
	const struct rt_model *m = r->server->model;
	const long begun = r->answer.behind, left = r->samples.n - begun;
	r->asked = true;
	r->job.values = r->samples.values + (size_t)begun * rt_element_count(m);
	r->job.n = left < part_samples(m) ? left : part_samples(m);
	r->job.done = rt_loops_take_back;
	rt_batcher_submit(r->server->batcher, &r->job);
}

void rt_invocation_read_aside(struct rt_batch_job *j)
{
	struct rt_request *r = (struct rt_request *)j;
	if (read_body(r)) {
		ask(r);
		return;
	}
	j->next = NULL;
	rt_loops_take_back(j);
}

/* Reads the body, here or aside. */
static enum MHD_Result read_and_ask(struct rt_request *r)
{
	r->is_read = true;
	if (r->size + sizeof(float) * rt_element_count(r->server->model) > AT_ONCE) {
		MHD_suspend_connection(r->connection);
		rt_aside_submit(r->server->aside, &r->job);
		return MHD_YES;
	}
	if (!read_body(r))
		return rt_http_tell_refusal(r);
	MHD_suspend_connection(r->connection);
	ask(r);
	return MHD_YES;
}

/* ---- answering ---- */

static bool all_finite(const float *values, size_t count)
{
	size_t i = 0;
	while (i < count && values[i] - values[i] == 0)
		i++;
	return i == count;
}

/* Takes the part that was asked for; false if a number in it is not finite. */
static bool take_part(struct rt_request *r)
{
	r->asked = false;
	rt_visit_begins(r->connection, RT_VISIT_TAKES);
	rt_answer_part(&r->answer, r->job.predictions, r->job.n);
	return all_finite(r->job.predictions, (size_t)r->job.n * (size_t)r->server->model->outputs);
}

static struct MHD_Response *whole_answer(struct rt_request *r)
{
	struct rt_text body = {0};
	char piece[16 * RT_ANSWER_ROOM];
	for (size_t size; (size = rt_answer_write(&r->answer, piece, sizeof piece)) > 0;)
		rt_text_add(&body, piece, size);
	if (!body.cut)
		return rt_http_bytes(&body);
	free(body.bytes);
	return NULL;
}

/* For libmicrohttpd: the answer's next bytes. What follows a status cannot be refused any more: the connection ends. */
static ssize_t go_on(void *request, uint64_t position, char *to, size_t room)
{
	struct rt_request *r = request;
	(void)position;
	if (r->asked && !take_part(r))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	const size_t size = rt_answer_write(&r->answer, to, room);
	if (size)
		return (ssize_t)size;
	if (r->answer.state == RT_ANSWER_IS_WHOLE)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!rt_answer_waits(&r->answer))
		return MHD_CONTENT_READER_END_WITH_ERROR;       /* there was less room than libmicrohttpd gives */
	rt_visit_begins(r->connection, RT_VISIT_WAITS);
	MHD_suspend_connection(r->connection);
	ask(r);
	return 0;
}

enum MHD_Result rt_invocation_answer(struct rt_request *r)
{
	const size_t numbers = (size_t)r->samples.n * (size_t)r->server->model->outputs;
	if (!r->is_read)
		return read_and_ask(r);
	if (!take_part(r)) {
		rt_http_refuse(r, MHD_HTTP_BAD_REQUEST, "the model's outputs are not finite; are the numbers too large?");
		return rt_http_tell_refusal(r);
	}
	return rt_http_respond(r, MHD_HTTP_OK, r->writer->type, numbers <= WHOLE ? whole_answer(r) :
		MHD_create_response_from_callback(rt_answer_size(&r->answer), BLOCK, go_on, r, NULL));
}

void rt_invocation_free(struct rt_request *r)
{
	free(r->samples.values);
	free(r->job.predictions);
	free(r->answer.classes);
}
