/* The team of threads that run a generated step. Each thread of the team runs the same function, and they share its loops.
 * A thread that started no team is a team of its own, and so is each thread of a team that starts another run. */
#ifndef TRAINC_TEAM_H
#define TRAINC_TEAM_H

/* Makes the calling thread the first of a team whose threads flush denormals. Returns how many threads it has: fewer than asked
 * for, with a line on stderr, where the system refuses some. */
int rt_team_start(int threads);
/* Ends the other threads of the calling thread's team. */
void rt_team_stop(void);

/* Runs body(argument) on each thread of the calling thread's team, and returns when all of them have returned from it. */
void rt_team_run(void (*body)(void *argument), void *argument);

/* A body calls these, each thread in the same order. */

/* The number of the thread, from 0. */
int rt_team_number(void);
/* How many threads the team has. */
int rt_team_size(void);
/* A number in 0 .. count - 1 that no thread of the team has got yet, or -1 when there is none left, which ends the loop. */
int rt_team_next(int count);
/* Returns when all threads of the team have called it. */
void rt_team_wait(void);

#endif
