/* SIGTERM (SageMaker stops a job) and SIGINT (Ctrl-C): the first asks for a stop after the step, the second ends at once. */
#include "internal.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t received;

/* Ending by the signal itself would not do: process 1 of a container does not die of a signal it does not handle. */
static void on_signal(int signal)
{
	if (received)
		_exit(128 + signal);
	received = signal;
}

void rt_signals_start(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);               /* a log that nobody reads any more does not end training */
}

const char *rt_stop_signal(void)
{
	return !received ? NULL : received == SIGTERM ? "SIGTERM" : "SIGINT";
}
