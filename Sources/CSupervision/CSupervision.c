#define _GNU_SOURCE
#include "CSupervision.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Between fork and exec only calls that are safe there (signal-safety(7)).
static void fail(int report, int stage) {
    int words[2] = {stage, errno};
    ssize_t ignored = write(report, words, sizeof words);
    (void)ignored;
    _exit(127);
}

static void write_text(int descriptor, const char *text) {
    ssize_t ignored = write(descriptor, text, strlen(text));
    (void)ignored;
}

static void run_child(const struct supervision_start *start, int gate, int report, pid_t parent) {
    // Dies with the supervisor: nobody would know of it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    setsid();
    if (start->cgroup >= 0) write_text(start->cgroup, "0");
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        // When the host runs out of memory, commands go before daemons.
        write_text(score, "300");
        close(score);
    }
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < 65; number++) {
        if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    char byte = 0;
    ssize_t count;
    do {
        count = read(gate, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1) _exit(127);
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(start->output, 1) < 0
        || dup2(start->error, 2) < 0) {
        fail(report, 1);
    }
    if (start->changes_user) {
        // Their pipes too, so that /dev/stdout can be opened.
        if (fchown(1, start->user, start->group) != 0
            || fchown(2, start->user, start->group) != 0
            || setgroups(start->group_count, start->groups) != 0
            || setresgid(start->group, start->group, start->group) != 0
            || setresuid(start->user, start->user, start->user) != 0) {
            fail(report, 2);
        }
        // A change of user clears it.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    if (chdir(start->folder) != 0) fail(report, 3);
    // Everything above the three streams is closed on exec, the report first of all.
    syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */);
    fcntl(report, F_SETFD, FD_CLOEXEC);
    execve(start->program, start->arguments, start->environment);
    fail(report, 4);
}

// The raw calls: those of glibc change all threads.
int supervision_reach_files_as(uint32_t user, uint32_t group, const gid_t *groups, size_t count) {
    if (syscall(SYS_setgroups, count, groups) != 0) return -1;
    syscall(SYS_setfsgid, group);
    syscall(SYS_setfsuid, user);
    // They tell nothing of their success; an impossible id changes nothing and tells the present.
    return syscall(SYS_setfsgid, -1) == (long)group && syscall(SYS_setfsuid, -1) == (long)user
        ? 0 : -1;
}

pid_t supervision_fork(const struct supervision_start *start, int *gate, int *report) {
    int gates[2];
    int reports[2];
    if (pipe2(gates, O_CLOEXEC) != 0) return -1;
    if (pipe2(reports, O_CLOEXEC) != 0) {
        close(gates[0]);
        close(gates[1]);
        return -1;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        close(gates[1]);
        close(reports[0]);
        run_child(start, gates[0], reports[1], parent);
    }
    int code = errno;
    close(gates[0]);
    close(reports[1]);
    if (child < 0) {
        close(gates[1]);
        close(reports[0]);
        errno = code;
        return -1;
    }
    *gate = gates[1];
    *report = reports[0];
    return child;
}

void supervision_release(int gate) {
    ssize_t ignored = write(gate, "g", 1);
    (void)ignored;
}

int supervision_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

pid_t supervision_daemon(const char *program, char *const arguments[], const char *log) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = -1;
    if (posix_spawn_file_actions_init(&actions) != 0) return -1;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -1;
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    if (posix_spawn(&child, program, &actions, &attributes, arguments, environ) != 0) child = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

int supervision_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

// A pipe, not a signalfd: any thread of the process may get the signal.
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number) {
    int code = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
    errno = code;
}

int supervision_signals(void) {
    if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGCHLD, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return signal_pipe[0];
}

int supervision_next_signal(int descriptor) {
    unsigned char byte = 0;
    return read(descriptor, &byte, 1) == 1 ? byte : 0;
}

int64_t supervision_boot_clock(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t supervision_peer_user(int socket) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    return (int64_t)credentials.uid;
}
