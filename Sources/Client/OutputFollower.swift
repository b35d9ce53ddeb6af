import ClusterVocabulary
package import ControlAPI

/// Prints what the ranks of a command job write, each stream to its own, over restarts of the
/// scheduler.
package struct OutputFollower: Sendable {
    private let client: SchedulerClient
    private let console: Console
    private let isAside: Bool

    /// A follower that has not started; `aside` it prints both streams to standard error.
    package init(_ client: SchedulerClient, _ console: Console, aside: Bool = false) {
        self.client = client
        self.console = console
        isAside = aside
    }

    /// Prints until the job has ended, or with `follows` false what is there; gives the job then.
    package func run(
        _ name: String, namespace: String, ranks: Int, follows: Bool = true
    ) async throws -> JobDescription {
        var position: Int64 = 0
        var text = JobOutputText(ranks: ranks)
        var job: JobDescription?
        try await Reconnection().run(
            lost: { console.note("waiting: \($0.message)") },
            { opened in
                var rest: [UInt8] = []
                try await client.output(
                    name, namespace: namespace, from: position, follows: follows
                ) { bytes in
                    opened()
                    rest += bytes
                    try print(&rest, &text, &position)
                }
                opened()
                let now = try await client.job(name, namespace: namespace)
                job = now
                return !follows || ["Succeeded", "Failed", "Cancelled"].contains(now.status.state)
            })
        for line in text.finish() { try write(line.text, line.stream) }
        guard let job else { throw ClientFailure(.unreachable, "the job cannot be asked for") }
        return job
    }

    /// Prints the whole records at the front of the bytes.
    private func print(
        _ bytes: inout [UInt8], _ text: inout JobOutputText, _ position: inout Int64
    ) throws {
        var rest = bytes[...]
        var run: (stream: OutputRecord.Stream, text: [UInt8]) = (.output, [])
        while let record = JobOutputRecord(first: rest) {
            rest = rest.dropFirst(record.byteCount)
            guard record.rank != JobOutputText.noRank else {
                position = record.next
                continue
            }
            let lines = text.take(record)
            if record.stream != run.stream {
                try write(run.text, run.stream)
                run = (record.stream, [])
            }
            run.text += lines
        }
        try write(run.text, run.stream)
        bytes = Array(rest)
    }

    private func write(_ text: [UInt8], _ stream: OutputRecord.Stream) throws {
        if stream == .output, !isAside {
            try console.write(text)
        } else {
            try console.writeError(text)
        }
    }
}
