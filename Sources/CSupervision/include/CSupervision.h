// Starting and watching processes: what must happen between fork and exec, and calls of Linux that
// Swift does not see. Nothing here decides anything.
#ifndef CSUPERVISION_H
#define CSUPERVISION_H

#include <stdint.h>
#include <sys/types.h>

// How a process is started; all strings stay the caller's.
struct supervision_start {
    char *const *arguments;    // null-terminated
    char *const *environment;  // null-terminated
    const char *program;       // the path that is executed
    const char *folder;        // where it starts
    int output;                // becomes standard output
    int error;                 // becomes standard error
    int cgroup;                // descriptor of cgroup.procs, -1 without one
    int changes_user;
    uint32_t user;
    uint32_t group;
    const gid_t *groups;       // the user's further groups
    size_t group_count;
};

// Forks a child that waits for supervision_release; gives its pid, or -1 with errno.
// `gate` is what releases it: closing it without a release ends the child before exec.
// `report` gives 8 bytes (stage, errno) when the start fails, and its end when exec succeeded.
pid_t supervision_fork(const struct supervision_start *start, int *gate, int *report);

// Lets the child go on to exec.
void supervision_release(int gate);

// A pipe whose ends are closed on exec; 0 or -1.
int supervision_pipe(int ends[2]);

// Starts a program in a session of its own with its output appended to a file and nothing else
// inherited; gives its pid or -1.
pid_t supervision_daemon(const char *program, char *const arguments[], const char *log);

// Makes this process adopt orphans of its children; 0 or -1.
int supervision_adopt_orphans(void);

// A descriptor that is readable when a child ended or SIGTERM came; once per process.
int supervision_signals(void);

// The number of the next signal of that descriptor; 0 when there is none.
int supervision_next_signal(int descriptor);

// Nanoseconds of the clock that goes on while the host sleeps.
int64_t supervision_boot_clock(void);

// The uid of the process at the other end of a Unix socket; -1 when it cannot be told.
int64_t supervision_peer_user(int socket);

// Makes this thread alone reach files as that user and group, without the rights of root; 0 or -1.
// There is no way back: the thread ends with what it does.
int supervision_reach_files_as(uint32_t user, uint32_t group, const gid_t *groups, size_t count);

#endif
