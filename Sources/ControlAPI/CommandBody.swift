package import ClusterVocabulary

/// What a command job runs and how it ended: `.status.command` of a description.
package struct CommandBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The command in one line.
    package var line: String
    /// Processes started together.
    package var ranks: Int
    /// The exit code of the rank that decided the last try; `nil` before, or after a signal.
    package var exitCode: Int?
    /// The signal that ended it; `nil` before, or after an exit.
    package var signal: Int?
    /// Which rank that was.
    package var exitRank: Int?
    /// Failures of hosts so far; those of the program stand in `.status.failures`.
    package var infrastructureFailures: Int
    /// The files collected.
    package var outputs: [Output]

    /// The files of one node.
    package struct Output: Decodable, Hashable, Sendable, JSONWritable {
        /// The first rank of the node.
        package var firstRank: Int
        /// SHA-256 of the tar file with them, 64 hexadecimal digits.
        package var sha256: String
        /// Its length in bytes.
        package var bytes: Int64

        /// Writes the entry.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("firstRank", firstRank)
            json.field("sha256", sha256)
            json.field("bytes", bytes)
            json.endObject()
        }
    }

    /// The command of a record; `nil` for a training job.
    package init?(_ record: JobRecord) {
        guard let work = record.command else { return nil }
        let state = record.commandState
        line = work.line
        ranks = work.ranks
        if let exit = state.exit {
            exitRank = exit.rank
            if exit.signal == 0 { exitCode = Int(exit.code) } else { signal = Int(exit.signal) }
        }
        infrastructureFailures = state.infrastructureFailures
        outputs = state.outputs.map {
            Output(
                firstRank: $0.firstRank, sha256: $0.archive.digest, bytes: $0.archive.byteCount)
        }
    }

    /// The exit code a shell would show; `nil` when no rank has ended.
    package var shellCode: Int? {
        exitCode ?? signal.map { 128 + $0 }
    }

    /// Writes the command.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("line", line)
        json.field("ranks", ranks)
        for (name, value) in [("exitCode", exitCode), ("signal", signal), ("exitRank", exitRank)] {
            json.key(text: name)
            if let value { json.value(value) } else { json.null() }
        }
        json.field("infrastructureFailures", infrastructureFailures)
        json.list("outputs", outputs)
        json.endObject()
    }
}
