/* The plainest fast way: for every free agent look at all that wait and take the best they can serve. One cache-friendly
 * pass over arrays, no index, skills had or not: what a careful loop in C can do, as a bound to measure against. */
#include <stdint.h>
#include <time.h>

struct call { uint64_t skills; uint32_t queue; double key; };

static int best(const struct call *calls, int waiting, uint64_t skills, uint32_t queues)
{
    int found = -1;
    double key = 0;
    for (int i = 0; i < waiting; i++) {
        if ((calls[i].skills & ~skills) || !(calls[i].queue & queues)) continue;
        if (found < 0 || calls[i].key < key) { found = i; key = calls[i].key; }
    }
    return found;
}

/* Each agent in turn takes a call, and the next of `coming` waits in its place. Says which in `taken` (-1: none);
 * returns nanoseconds of this thread. */
int64_t decide(struct call *calls, int waiting, const struct call *coming, const uint64_t *skills,
               const uint32_t *queues, int decisions, int32_t *taken)
{
    struct timespec began, ended;
    int next = 0;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &began);
    for (int d = 0; d < decisions; d++) {
        taken[d] = best(calls, waiting, skills[d], queues[d]);
        if (taken[d] >= 0) calls[taken[d]] = coming[next++];
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    return (ended.tv_sec - began.tv_sec) * 1000000000LL + (ended.tv_nsec - began.tv_nsec);
}
