/* Requests: what libmicrohttpd hands over of them, and what they are answered. A request whose body is there is suspended until
 * the batcher has its predictions. Routes are rows; every refusal is a status and a sentence, as {"error": "..."}.
 *
 * Limits on what a client can cost: bytes a body, seconds a request, bytes of all bodies together, connections. */
#include "http.h"
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { DROPPED_MOST = 4, BODY_BEGIN = 16 << 10 };

struct request;

struct route {
	const char *url, *method;
	enum MHD_Result (*begin)(struct request *r);    /* the headers are there; NULL: nothing to look at */
	enum MHD_Result (*answer)(struct request *r);   /* the body is there, and again after it was suspended */
};

struct request {
	struct rt_batch_job job;            /* first: the batcher's pointer is the request's */
	struct rt_loop *loop;
	struct rt_server *server;
	struct MHD_Connection *connection;
	const struct route *route;
	const struct rt_reader *reader;
	const struct rt_writer *writer;
	char *body; size_t size, room;
	size_t received;                    /* bytes of the body so far, kept or not */
	bool submitted;
	unsigned refused;                   /* the status of a refusal, whose text is */
	char refusal[512];
};

/* ---- responses ---- */

static enum MHD_Result respond(struct request *r, unsigned status, const char *type, struct rt_text *body)
{
	size_t size = body->size;
	struct MHD_Response *response = MHD_create_response_from_buffer(size, size ? body->bytes : (char *)"",
		size ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (!response) {
		free(body->bytes);
		return MHD_NO;
	}
	if (type)
		MHD_add_response_header(response, "Content-Type", type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", r->route->method);
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, "Retry-After", "1");
	if (atomic_load(&r->server->closing))
		MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result result = MHD_queue_response(r->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* {"error": text} */
static enum MHD_Result refuse(struct request *r, unsigned status, const char *text)
{
	struct rt_text body = {0};
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "error", text);
	char *json = cJSON_PrintUnformatted(o);
	if (json)
		rt_text_printf(&body, "%s\n", json);
	cJSON_free(json);
	cJSON_Delete(o);
	return respond(r, status, "application/json", &body);
}

/* A refusal that is already clear while the body comes in: it is told behind it, since a client that is still sending does
 * not listen. What still comes is dropped. */
static enum MHD_Result refuse_later(struct request *r, unsigned status, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(r->refusal, sizeof r->refusal, format, arguments);
	va_end(arguments);
	r->refused = status;
	return MHD_YES;
}

/* reason is rt_fail's, "DataError: text". */
static enum MHD_Result refuse_reason(struct request *r, const char *reason)
{
	const char *text = strchr(reason, ':');
	bool ours = !strncmp(reason, "System", 6) || !strncmp(reason, "Internal", 8);
	return refuse(r, ours ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_BAD_REQUEST, text ? text + 2 : reason);
}

/* ---- GET /ping, GET /execution-parameters ---- */

static enum MHD_Result answer_ping(struct request *r)
{
	return respond(r, MHD_HTTP_OK, NULL, &(struct rt_text){0});
}

/* What batch transform asks for: how many requests at once, how many records in one, how large. */
static enum MHD_Result answer_parameters(struct request *r)
{
	struct rt_text body = {0};
	const struct rt_server_settings *s = &r->server->settings;
	rt_text_printf(&body, "{\"MaxConcurrentTransforms\":%d,\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":%zu}\n",
		s->concurrent, s->most_bytes >> 20);
	return respond(r, MHD_HTTP_OK, "application/json", &body);
}

/* ---- POST /invocations ---- */

static const char *header(struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result refuse_size(struct request *r)
{
	return refuse_later(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %zu MiB, the most that is taken "
		"(SAGEMAKER_MAX_PAYLOAD_IN_MB)", r->server->settings.most_bytes >> 20);
}

/* The types of all rows, for a refusal. struct rt_reader and struct rt_writer both begin with the type. */
static void list_types(struct rt_text *t, const void *rows, size_t row_size)
{
	const char *row = rows;
	for (int i = 0; *(const char *const *)row; row += row_size, i++)
		rt_text_printf(t, "%s%s", i ? ", " : "", *(const char *const *)row);
}

static enum MHD_Result refuse_type(struct request *r, unsigned status, const char *what, const char *found, const void *rows,
	size_t row_size)
{
	struct rt_text types = {0};
	list_types(&types, rows, row_size);
	refuse_later(r, status, "%s is %.100s; there are %s", what, found ? found : "not set", types.bytes ? types.bytes : "others");
	free(types.bytes);
	return MHD_YES;
}

/* Everything that the headers alone decide, before the body is taken in. */
static enum MHD_Result begin_invocation(struct request *r)
{
	const char *type = header(r, "Content-Type"), *accept = header(r, "Accept"), *length = header(r, "Content-Length");
	r->reader = type ? rt_reader_find(type) : NULL;
	r->writer = rt_writer_find(accept && strcmp(accept, "*/*") ? accept : r->server->settings.accept);
	if (!r->reader)
		return refuse_type(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "Content-Type", type, rt_readers, sizeof *rt_readers);
	if (!r->writer)
		return refuse_type(r, MHD_HTTP_NOT_ACCEPTABLE, "Accept", accept, rt_writers, sizeof *rt_writers);
	if (length && strtoull(length, NULL, 10) > r->server->settings.most_bytes)
		return refuse_size(r);
	return MHD_YES;
}

void rt_http_resume(struct rt_batch_job *j)
{
	MHD_resume_connection(((struct request *)j)->connection);
}

struct rt_loop *rt_http_loop(struct rt_batch_job *j)
{
	return ((struct request *)j)->loop;
}

/* Reads the body into samples, with room for the predictions; the reason why not into reason. */
static int read_body(struct request *r, char reason[RT_REASON])
{
	struct rt_batch_job *j = &r->job;
	const struct rt_model *m = r->server->model;
	rt_fail_into(reason);
	int result = r->size ? r->reader->read(&j->samples, m, r->body, r->size) : rt_fail(RT_DATA_ERROR, "the request has no body");
	if (!result) {
		j->predictions = malloc((size_t)j->samples.n * (size_t)m->outputs * sizeof *j->predictions);
		result = j->predictions ? 0 : rt_fail(RT_SYSTEM_ERROR, "not enough memory for the predictions");
	}
	rt_fail_into(NULL);
	return result;
}

static enum MHD_Result submit(struct request *r)
{
	char reason[RT_REASON];
	if (read_body(r, reason))
		return refuse_reason(r, reason);
	r->submitted = true;
	r->job.done = rt_loops_take_back;
	MHD_suspend_connection(r->connection);
	rt_batcher_submit(r->server->batcher, &r->job);
	return MHD_YES;
}

static bool all_finite(const float *values, size_t count)
{
	size_t i = 0;
	while (i < count && values[i] - values[i] == 0)
		i++;
	return i == count;
}

static enum MHD_Result answer_invocation(struct request *r)
{
	const struct rt_batch_job *j = &r->job;
	int outputs = r->server->model->outputs;
	struct rt_text body = {0};
	if (!r->submitted)
		return submit(r);
	if (!all_finite(j->predictions, (size_t)j->samples.n * (size_t)outputs))
		return refuse(r, MHD_HTTP_BAD_REQUEST, "the model's outputs are not finite; are the numbers too large?");
	r->writer->write(&body, j->predictions, j->samples.n, outputs);
	if (!body.cut)
		return respond(r, MHD_HTTP_OK, r->writer->type, &body);
	free(body.bytes);
	return refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "not enough memory for the answer");
}

/* ---- requests ---- */

static const struct route routes[] = {
	{"/ping", "GET", NULL, answer_ping},
	{"/invocations", "POST", begin_invocation, answer_invocation},
	{"/execution-parameters", "GET", NULL, answer_parameters},
};

static void count_active(struct rt_server *s, int by)
{
	pthread_mutex_lock(&s->lock);
	s->active += by;
	if (s->active == 0)
		pthread_cond_signal(&s->quiet);
	pthread_mutex_unlock(&s->lock);
}

static struct request *new_request(struct rt_loop *l, struct MHD_Connection *connection)
{
	struct request *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->loop = l;
	r->server = l->server;
	r->connection = connection;
	count_active(l->server, 1);
	rt_visit_sends(connection, true);
	return r;
}

/* HEAD is GET without the body, which libmicrohttpd leaves out. */
static bool has_method(const struct route *route, const char *method)
{
	return !strcmp(method, route->method) || (!strcmp(method, "HEAD") && !strcmp(route->method, "GET"));
}

static enum MHD_Result begin(struct request *r, const char *url, const char *method)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (!strcmp(routes[i].url, url))
			r->route = &routes[i];
	if (!r->route)
		return refuse_later(r, MHD_HTTP_NOT_FOUND, "there is only GET /ping, POST /invocations and GET /execution-parameters");
	if (!has_method(r->route, method))
		return refuse_later(r, MHD_HTTP_METHOD_NOT_ALLOWED, "this path takes another method; see the header Allow");
	return r->route->begin ? r->route->begin(r) : MHD_YES;
}

/* Room for size more bytes and what readers want behind them. */
static bool make_room(struct request *r, size_t size)
{
	size_t room = r->room ? r->room : BODY_BEGIN;
	while (room < r->size + size + RT_BODY_BEHIND)
		room *= 2;
	if (room == r->room)
		return true;
	if (atomic_fetch_add(&r->server->held, room - r->room) + (room - r->room) > BODIES) {
		atomic_fetch_sub(&r->server->held, room - r->room);
		return false;
	}
	char *larger = realloc(r->body, room);
	if (!larger) {
		atomic_fetch_sub(&r->server->held, room - r->room);
		return false;
	}
	r->body = larger;
	r->room = room;
	return true;
}

/* A body's next bytes. A client that goes on and on loses the connection. */
static enum MHD_Result add_body(struct request *r, const char *bytes, size_t size)
{
	size_t most = r->server->settings.most_bytes;
	r->received += size;
	if (r->received > DROPPED_MOST * most)
		return MHD_NO;
	if (r->refused)
		return MHD_YES;
	if (r->size + size > most)
		return refuse_size(r);
	if (!make_room(r, size))
		return refuse_later(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many large requests at once; try again");
	memcpy(r->body + r->size, bytes, size);
	r->size += size;
	r->body[r->size] = '\0';
	return MHD_YES;
}

static enum MHD_Result end(struct request *r)
{
	rt_visit_sends(r->connection, false);
	return r->refused ? refuse(r, r->refused, r->refusal) : r->route->answer(r);
}

enum MHD_Result rt_http_handle(void *argument, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct request *r = *state;
	(void)version;
	if (!r) {
		r = *state = new_request(argument, connection);
		return r ? begin(r, url, method) : MHD_NO;
	}
	if (!*upload_size)
		return end(r);
	size_t size = *upload_size;
	*upload_size = 0;
	return add_body(r, upload, size);
}

void rt_http_completed(void *argument, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
	struct rt_server *s = ((struct rt_loop *)argument)->server;
	struct request *r = *state;
	(void)code;
	if (!r)
		return;
	rt_visit_sends(connection, true);
	atomic_fetch_sub(&s->held, r->room);
	free(r->body);
	free(r->job.samples.values);
	free(r->job.predictions);
	free(r);
	*state = NULL;
	count_active(s, -1);
}
