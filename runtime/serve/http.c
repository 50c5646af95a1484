/* Requests: what libmicrohttpd hands over of them, and what they are answered. Routes are rows; every refusal is a status and a
 * sentence, as {"error": "..."}.
 *
 * Limits on what a client can cost: bytes a body, seconds a request, memory of all requests together, connections. */
#include "http.h"
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DROPPED_MOST = 4, BODY_BEGIN = 16 << 10 };

/* ---- responses ---- */

enum MHD_Result rt_http_respond(struct rt_request *r, unsigned status, const char *type, struct MHD_Response *response)
{
	if (!response)
		return MHD_NO;
	if (type)
		MHD_add_response_header(response, "Content-Type", type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", r->route->method);
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(response, "Retry-After", "1");
	if (r->ambiguous || atomic_load(&r->server->closing))
		MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result result = MHD_queue_response(r->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

struct MHD_Response *rt_http_bytes(struct rt_text *body)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(body->size, body->size ? body->bytes : (char *)"",
		body->size ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (!response)
		free(body->bytes);
	return response;
}

/* {"error": text} */
enum MHD_Result rt_http_tell_refusal(struct rt_request *r)
{
	struct rt_text body = {0};
	cJSON *o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "error", r->refusal);
	char *json = cJSON_PrintUnformatted(o);
	if (json) {
		rt_text_add(&body, json, strlen(json));
		rt_text_add(&body, "\n", 1);
	}
	cJSON_free(json);
	cJSON_Delete(o);
	return rt_http_respond(r, r->refused, "application/json", rt_http_bytes(&body));
}

enum MHD_Result rt_http_refuse(struct rt_request *r, unsigned status, const char *format, ...)
{
	char text[2 * RT_REASON];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	rt_show_into(r->refusal, sizeof r->refusal, text, sizeof text);
	r->refused = status;
	return MHD_YES;
}

/* ---- GET /ping, GET /execution-parameters ---- */

static enum MHD_Result answer_ping(struct rt_request *r)
{
	return rt_http_respond(r, MHD_HTTP_OK, NULL, rt_http_bytes(&(struct rt_text){0}));
}

/* What batch transform asks for: how many requests at once, how many records in one, how large. */
static enum MHD_Result answer_parameters(struct rt_request *r)
{
	struct rt_text body = {0};
	const struct rt_server_settings *s = &r->server->settings;
	rt_text_printf(&body, "{\"MaxConcurrentTransforms\":%d,\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":%zu}\n",
		s->concurrent, s->most_bytes >> 20);
	return rt_http_respond(r, MHD_HTTP_OK, "application/json", rt_http_bytes(&body));
}

/* ---- requests ---- */

static const struct rt_route routes[] = {
	{"/ping", "GET", NULL, answer_ping},
	{"/invocations", "POST", rt_invocation_begin, rt_invocation_answer},
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

static struct rt_request *new_request(struct rt_loop *l, struct MHD_Connection *connection)
{
	struct rt_request *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->loop = l;
	r->server = l->server;
	r->connection = connection;
	count_active(l->server, 1);
	rt_visit_begins(connection, RT_VISIT_SENDS);
	return r;
}

/* HEAD is GET without the body, which libmicrohttpd leaves out. */
static bool has_method(const struct rt_route *route, const char *method)
{
	return !strcmp(method, route->method) || (!strcmp(method, "HEAD") && !strcmp(route->method, "GET"));
}

/* Headers that say how long the body is. */
struct lengths { int n; const char *first; bool differ; };

static enum MHD_Result look_at_length(void *found, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct lengths *l = found;
	const bool is_length = !strcasecmp(name, "Content-Length");
	(void)kind;
	if (!is_length && strcasecmp(name, "Transfer-Encoding"))
		return MHD_YES;
	l->differ = l->differ || (l->n && (!is_length || !value || !l->first || strcmp(value, l->first)));
	l->first = is_length ? value : NULL;
	l->n++;
	return MHD_YES;
}

/* Who is asked on the way could take another of two lengths for the right one, and what is behind the body for a request. */
static bool is_ambiguous(struct rt_request *r)
{
	struct lengths l = {0};
	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, look_at_length, &l);
	return l.differ;
}

static enum MHD_Result begin(struct rt_request *r, const char *url, const char *method)
{
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
		if (!strcmp(routes[i].url, url))
			r->route = &routes[i];
	r->ambiguous = is_ambiguous(r);
	if (r->ambiguous)
		return rt_http_refuse(r, MHD_HTTP_BAD_REQUEST, "the headers give several lengths of the body; one Content-Length is wanted, "
			"or a Transfer-Encoding");
	if (!r->route)
		return rt_http_refuse(r, MHD_HTTP_NOT_FOUND, "there is only GET /ping, POST /invocations and GET /execution-parameters");
	if (!has_method(r->route, method))
		return rt_http_refuse(r, MHD_HTTP_METHOD_NOT_ALLOWED, "this path takes another method; see the header Allow");
	return r->route->begin ? r->route->begin(r) : MHD_YES;
}

const char *rt_http_header(struct rt_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

bool rt_http_hold(struct rt_request *r, size_t bytes)
{
	atomic_size_t *all = &r->server->held;
	if (bytes > r->held && atomic_fetch_add(all, bytes - r->held) + bytes - r->held > r->server->room) {
		atomic_fetch_sub(all, bytes - r->held);
		return false;
	}
	if (bytes < r->held)
		atomic_fetch_sub(all, r->held - bytes);
	r->held = bytes;
	return true;
}

/* Room for size more bytes and what readers want behind them. */
static bool make_room(struct rt_request *r, size_t size)
{
	size_t room = r->room ? r->room : BODY_BEGIN;
	while (room < r->size + size + RT_BODY_BEHIND)
		room *= 2;
	if (room == r->room)
		return true;
	char *larger = rt_http_hold(r, room) ? realloc(r->body, room) : NULL;
	if (!larger)
		return false;
	r->body = larger;
	r->room = room;
	return true;
}

/* A body's next bytes. A client that goes on and on loses the connection. */
static enum MHD_Result add_body(struct rt_request *r, const char *bytes, size_t size)
{
	size_t most = r->server->settings.most_bytes;
	r->received += size;
	if (r->received > DROPPED_MOST * most)
		return MHD_NO;
	if (r->refused)
		return MHD_YES;
	if (r->size + size > most)
		return rt_invocation_refuse_size(r);
	if (!make_room(r, size))
		return rt_http_refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, RT_TOO_MANY);
	memcpy(r->body + r->size, bytes, size);
	r->size += size;
	r->body[r->size] = '\0';
	return MHD_YES;
}

static enum MHD_Result end(struct rt_request *r)
{
	rt_visit_begins(r->connection, RT_VISIT_WAITS);
	return r->refused ? rt_http_tell_refusal(r) : r->route->answer(r);
}

enum MHD_Result rt_http_handle(void *argument, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct rt_request *r = *state;
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
	struct rt_request *r = *state;
	(void)code;
	if (!r)
		return;
	rt_visit_begins(connection, RT_VISIT_SENDS);
	rt_invocation_free(r);
	rt_http_hold(r, 0);
	free(r->body);
	free(r);
	*state = NULL;
	count_active(s, -1);
}
