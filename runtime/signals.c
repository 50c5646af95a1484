/* SIGTERM (SageMaker stops a job), SIGINT (Ctrl-C) and SIGHUP (the terminal closes): the first asks for a stop after the step,
 * the second ends the process at once. A file that outgrows a limit (SIGXFSZ) is an error of writing like any other. */
#include "internal.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t received;

/* Ending by the signal itself would not do: process 1 of a container does not die of a signal it does not handle. */
static void on_signal(int signal)
{
	if (received && rt_files_abandon())
		_exit(128 + signal);
	received = signal;
}

void rt_signals_start(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	struct sigaction hangup;
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)  /* nohup's programs go on */
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);               /* a log that nobody reads any more does not end training */
	signal(SIGXFSZ, SIG_IGN);
}

bool rt_hung_up(void)
{
	return received == SIGHUP;
}

const char *rt_stop_signal(void)
{
	return !received ? NULL : received == SIGTERM ? "SIGTERM" : received == SIGHUP ? "SIGHUP" : "SIGINT";
}
