import Foundation
import Testing

/// The time of day jumps under the real daemons and their supervisor; leases must not see it.
///
/// A small library, loaded before all others, adds what a file says to every reading of the wall
/// clock. Needs a C compiler, and says so where there is none.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ClockStepTests {
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static long step(void) {
            char text[32] = {0};
            const char *path = getenv("TEST_CLOCK_STEP");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return 0;
            ssize_t count = read(file, text, 31);
            close(file);
            return count > 0 ? atol(text) : 0;
        }
        int clock_gettime(clockid_t clock, struct timespec *now) {
            long code = syscall(SYS_clock_gettime, clock, now);
            if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
                now->tv_sec += step();
            return (int)code;
        }
        int gettimeofday(struct timeval *now, void *zone) {
            struct timespec precise;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &precise);
            now->tv_sec = precise.tv_sec;
            now->tv_usec = precise.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *place) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (place) *place = now.tv_sec;
            return now.tv_sec;
        }
        """

    /// The library, built; `nil` without a compiler.
    private func library(in folder: String) throws -> String? {
        let source = "\(folder)/step.c"
        try Self.source.write(toFile: source, atomically: false, encoding: .utf8)
        for compiler in ["cc", "clang"] {
            let built = try ChildProcess(
                [
                    "/usr/bin/env", compiler, "-shared", "-fPIC", "-O1", "-o",
                    "\(folder)/step.so", source,
                ],
                environment: ProcessInfo.processInfo.environment, output: "/dev/null",
                errors: "/dev/null")
            if built.wait() == 0 { return "\(folder)/step.so" }
        }
        return nil
    }

    @Test func aStepOfTheTimeOfDayEndsNoCommand() async throws {
        let cluster = try RealCluster()
        guard let library = try library(in: cluster.folder) else {
            print("skipped: no C compiler for the library that moves the clock")
            return
        }
        let step = "\(cluster.folder)/clock-step"
        cluster.moreVariables = ["LD_PRELOAD": library, "TEST_CLOCK_STEP": step]
        try await cluster.startScheduler()
        try await cluster.startWorker("h1")
        let marks = "\(cluster.folder)/marks"
        try cluster.write(
            """
            apiVersion: mlctl.dev/v1
            kind: Job
            metadata: {name: steady}
            spec:
              script: |
                echo start >> \(marks)
                while ! test -e \(marks).go; do echo tick; sleep 0.1; done
              runPolicy: {grace: 1s, onHostLost: {restartAfter: 60s}}
            """, to: "steady.yaml")
        let job = try cluster.submit("\(cluster.folder)/steady.yaml")
        try await cluster.eventually(within: 20, "it runs") {
            FileManager.default.fileExists(atPath: marks)
        }
        for seconds in [3_600, -3_600] {
            // Without a fresh word of its worker the supervisor has only its clock. Each line the
            // command prints makes it look whether the lease still holds.
            cluster.signal("h1", SIGSTOP)
            try cluster.write("\(seconds)\n", to: "clock-step")
            let date = try ChildProcess(
                ["/bin/date", "+%s"],
                environment: ["LD_PRELOAD": library, "TEST_CLOCK_STEP": step],
                output: "\(cluster.folder)/date\(seconds)", errors: "/dev/null")
            _ = date.wait()
            let shown = try String(
                contentsOfFile: "\(cluster.folder)/date\(seconds)", encoding: .utf8)
            let moved = Double(shown.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            #expect(abs(moved - Date().timeIntervalSince1970 - Double(seconds)) < 60)
            try await Task.sleep(for: .seconds(2))
            cluster.signal("h1", SIGCONT)
            try await Task.sleep(for: .seconds(1))
            #expect(try cluster.status(job)["state"] as? String == "Running")
        }
        try cluster.write("", to: "marks.go")
        try await cluster.eventually(within: 20, "it has ended") {
            try cluster.status(job)["state"] as? String == "Succeeded"
        }
        let starts = try String(contentsOfFile: marks, encoding: .utf8)
        #expect(starts == "start\n", "it was run again: \(starts)")
    }
}
